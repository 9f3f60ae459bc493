using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What importances a model has, as a kept part holds it.</summary>
/// <param name="Taylor">I1: mean |w g| of every matrix over all calibration questions, which is the mean of both halves.</param>
/// <param name="FirstHalf">The same from the first half of the calibration questions.</param>
/// <param name="SecondHalf">The same from the other half.</param>
/// <param name="Units">I1 of heads and channel groups, from the first half.</param>
/// <param name="Retention">I3 by ratio: share of each unit that global pruning keeps; none where only one ratio is looked at.</param>
/// <param name="Pruned">The published measure's ingredients, by scheme and ratio.</param>
internal sealed record ImportanceResult(
    MatrixTable Taylor, MatrixTable FirstHalf, MatrixTable SecondHalf, MatrixTable Units,
    IReadOnlyList<RetentionTable> Retention, IReadOnlyList<PrunedTable> Pruned);

/// <summary>I3 at one ratio.</summary>
internal sealed record RetentionTable(double Ratio, MatrixTable Table);

/// <summary>Structured pruning for each data set, as published: what it leaves of every matrix, and accuracies before and after.</summary>
internal sealed record PrunedTable(PruneScheme Scheme, double Ratio, MatrixTable Retained, double[] Before, double[] After)
{
    /// <summary>Distinct retained fractions of a data set, the most of any; fractions within 1e-9 are the same.</summary>
    public int MostDistinct => Retained.Values.Max(row => row.Select(r => Math.Round(r, 9)).Distinct().Count());

    /// <summary>Whether all modules of every data set keep the same fraction, so that the published scaling is undefined.</summary>
    public bool IsFlat => MostDistinct == 1;
}
