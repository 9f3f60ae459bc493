namespace MlNetLlm.Communities;

/// <summary>The importance of modules for a data set as Bhandari, Chen and Gao 2025 compute it from one pruned model.</summary>
/// <remarks>
/// The authors' code; the printed formula was not available. Scaling r to 0 … 1 is undefined where pruning leaves the same share of every
/// module, which pruning by channels always does; and where it leaves two shares, one of attention and one of the feed-forward part, the
/// scaled values are just 1 and 0.
/// </remarks>
public static class PublishedImportance
{
    /// <summary>I(w) = (1 - |accuracy - pruned accuracy|) · (r_w - min r) / (max r - min r).</summary>
    /// <param name="accuracy">Of the whole model on the data set, 0 … 1.</param>
    /// <param name="prunedAccuracy">Of the pruned model, 0 … 1.</param>
    /// <param name="retained">r: share of each module's weights that pruning leaves, 0 … 1.</param>
    /// <param name="flat">Whether all shares are the same, so that the quotient is undefined: the importances are then 0.</param>
    /// <returns>One importance a module, 0 … 1.</returns>
    public static double[] Of(double accuracy, double prunedAccuracy, IReadOnlyList<double> retained, out bool flat)
    {
        if (!(accuracy is >= 0 and <= 1) || !(prunedAccuracy is >= 0 and <= 1))
            throw new ArgumentException($"Accuracies are {accuracy} and {prunedAccuracy}; expected 0 to 1.");
        var row = new double[1, retained.Count];
        for (var w = 0; w < retained.Count; w++) row[0, w] = retained[w];
        var scaled = Scaling.MinMaxRows(row, out var constant);
        flat = constant.Count > 0;
        var kept = 1 - Math.Abs(accuracy - prunedAccuracy);
        return [.. scaled.Cast<double>().Select(share => kept * share)];
    }
}
