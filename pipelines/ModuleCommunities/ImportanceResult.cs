using MlNetLlm.Communities;
using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What importances a model has, as a kept part holds it.</summary>
/// <param name="Taylor">I1: mean |w g| of every matrix over all calibration questions, which is the mean of both halves.</param>
/// <param name="FirstHalf">The same from the first half of the calibration questions.</param>
/// <param name="SecondHalf">The same from the other half.</param>
/// <param name="Units">I1 of heads and channel groups, from the first half.</param>
/// <param name="Ablation">I2: rise of the loss when a matrix puts out its mean, nats an answer.</param>
/// <param name="Retention">I3 by ratio: share of each unit that global pruning keeps; at the main ratio, and at others where asked.</param>
/// <param name="Pruned">The published measure's ingredients, by scheme and ratio.</param>
internal sealed record ImportanceResult(
    MatrixTable Taylor, MatrixTable FirstHalf, MatrixTable SecondHalf, MatrixTable Units, MatrixTable Ablation,
    IReadOnlyList<RetentionTable> Retention, IReadOnlyList<PrunedTable> Pruned)
{
    /// <summary>I2 with 0 where the loss falls without the module: importances are not negative.</summary>
    public NamedMatrix Causal() => (Ablation with
    {
        Values = [.. Ablation.Values.Select(row => row.Select(value => Math.Max(0, value)).ToArray())],
    }).Named();
}

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
