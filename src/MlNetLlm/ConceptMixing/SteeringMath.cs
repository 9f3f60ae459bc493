namespace MlNetLlm.ConceptMixing;

/// <summary>The measures of steering.</summary>
internal static class SteeringMath
{
    /// <summary>
    /// Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank. NaN where one side is constant.
    /// </summary>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count || x.Count < 2)
            throw new ArgumentException($"A rank correlation pairs at least 2 values; got {x.Count} and {y.Count}.");
        var (a, b) = (Ranks(x), Ranks(y));
        var mean = (x.Count + 1) / 2.0;                                             // of ranks 1 to n, on both sides
        var (ab, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }
        return ab / Math.Sqrt(aa * bb);
    }

    /// <summary>Σ over some tokens of softmax(logits).</summary>
    /// <param name="logits">(vocabulary).</param>
    /// <param name="tokens">The tokens.</param>
    public static double Mass(ReadOnlySpan<float> logits, IReadOnlyList<int> tokens)
    {
        var highest = System.Numerics.Tensors.TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp(logit - highest);
        var mass = 0.0;
        foreach (var token in tokens) mass += Math.Exp(logits[token] - highest);
        return mass / sum;
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new double[order.Length];
        for (var from = 0; from < order.Length;)
        {
            var end = from + 1;
            while (end < order.Length && values[order[end]] == values[order[from]]) end++;
            for (var i = from; i < end; i++) ranks[order[i]] = (from + 1 + end) / 2.0;
            from = end;
        }
        return ranks;
    }
}
