namespace Microsoft.ML.Data;

// Areas under the ROC and the precision-recall curve of scored rows.
internal static class RankedAreas
{
    // Share of (positive, negative) pairs in which the positive scores higher; an equal pair counts one half.
    public static double Roc(IReadOnlyList<(float Score, bool Positive)> rows)
    {
        CheckBothClasses(rows);
        var sorted = rows.ToArray();
        Array.Sort(sorted, (a, b) => b.Score.CompareTo(a.Score));
        double pairs = 0, positivesAbove = 0, negatives = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            double positives = 0;
            for (end = start; end < sorted.Length && sorted[end].Score == sorted[start].Score; end++)
                if (sorted[end].Positive)
                    positives++;
            var negativesHere = end - start - positives;
            pairs += (positivesAbove + 0.5 * positives) * negativesHere;
            positivesAbove += positives;
            negatives += negativesHere;
        }
        return pairs / (positivesAbove * negatives);
    }

    // The "lower trapezoid" of Boyd, Eng, Page (2013): rows by falling score, equal scores in the order they came;
    // a step in recall adds (step) * (precision just before it + precision after it) / 2.
    public static double PrecisionRecall(IReadOnlyList<(float Score, bool Positive)> rows)
    {
        var positives = rows.Count(row => row.Positive);
        double area = 0, recall = 0, precision = 1;
        int truePositives = 0, seen = 0;
        foreach (var row in rows.OrderByDescending(row => row.Score))
        {
            seen++;
            if (row.Positive)
                truePositives++;
            var precisionHere = (double)truePositives / seen;
            if (row.Positive)
            {
                var recallHere = (double)truePositives / positives;
                area += (recallHere - recall) * (precision + precisionHere) / 2;
                recall = recallHere;
            }
            precision = precisionHere;
        }
        return area;
    }

    private static void CheckBothClasses(IReadOnlyList<(float Score, bool Positive)> rows)
    {
        if (!rows.Any(row => row.Positive))
            throw new ArgumentOutOfRangeException("PosSample", "AUC is not defined when there is no positive class in the data");
        if (rows.All(row => row.Positive))
            throw new ArgumentOutOfRangeException("NegSample", "AUC is not defined when there is no negative class in the data");
    }
}
