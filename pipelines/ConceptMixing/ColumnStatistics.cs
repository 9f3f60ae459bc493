using MathNet.Numerics.Statistics;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>The l2 norms of the compression's columns, one a concept, and how often each concept is selected on V.</summary>
/// <param name="Concepts">Columns.</param>
/// <param name="Selected">Of concepts that are selected at all.</param>
/// <param name="Percentiles">The norm's percentiles 1, 10, 50, 90 and 99.</param>
/// <param name="Gini">Gini coefficient of the norms: 0 = all alike, near 1 = few have all.</param>
/// <param name="NearZero">Share of the columns with a norm below 0.01, the published bound.</param>
/// <param name="NearZeroOfSelected">The same among selected concepts.</param>
/// <param name="IgnoredOfSelected">Share of the selected concepts whose norm is below a tenth of the median norm.</param>
/// <param name="NormAndSelection">Spearman's correlation of norm and selection count.</param>
internal sealed record ColumnStatistics(
    int Concepts, int Selected, IReadOnlyList<double> Percentiles, double Gini, double NearZero, double NearZeroOfSelected,
    double IgnoredOfSelected, double NormAndSelection)
{
    /// <summary>The published bound.</summary>
    public const double PublishedBound = 1e-2;

    private static readonly int[] _percentiles = [1, 10, 50, 90, 99];

    /// <summary>Summarises norms and frequencies of the same concepts.</summary>
    public static ColumnStatistics Of(IReadOnlyList<double> norms, IReadOnlyList<double> frequencies)
    {
        if (norms.Count == 0 || norms.Count != frequencies.Count)
            throw new ArgumentException(
                $"There are {norms.Count} norms and {frequencies.Count} frequencies; expected one of each a concept.");
        var selected = norms.Where((_, concept) => frequencies[concept] > 0).ToList();
        var median = norms.Median();
        return new ColumnStatistics(
            norms.Count, selected.Count, [.. _percentiles.Select(p => norms.Percentile(p))], GiniOf(norms),
            Share(norms, PublishedBound), Share(selected, PublishedBound), Share(selected, median / 10),
            Correlation.Spearman(norms, frequencies));
    }

    /// <summary>Σ over pairs |x − y| / (2 n² mean), of values that are 0 or more.</summary>
    public static double GiniOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var sum = sorted.Sum();
        if (sum <= 0) return 0;
        var weighted = sorted.Select((value, i) => (i + 1.0) * value).Sum();
        return (2 * weighted / sum - (sorted.Length + 1)) / sorted.Length;
    }

    private static double Share(IReadOnlyList<double> norms, double bound) =>
        norms.Count == 0 ? 0 : (double)norms.Count(norm => norm < bound) / norms.Count;
}
