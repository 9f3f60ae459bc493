namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>A quantity measured for every seed on every unit: a question's difference between two arms, mostly.</summary>
/// <param name="What">The quantity in words.</param>
/// <param name="Values">One row a seed, one value a unit; all rows have the same units.</param>
internal sealed record Contrast(string What, IReadOnlyList<double[]> Values)
{
    /// <summary>The mean over all.</summary>
    public double Mean => Values.Average(row => row.Average());

    /// <summary>The difference of right answers, seed by seed and question by question.</summary>
    /// <param name="what">The quantity in words.</param>
    /// <param name="first">The answers of one arm by seed: '1' right, '0' wrong.</param>
    /// <param name="second">Those of the other.</param>
    public static Contrast Of(string what, IEnumerable<string> first, IEnumerable<string> second) =>
        new(what, [.. first.Zip(second, (a, b) => a.Zip(b, (x, y) => (double)(x - y)).ToArray())]);
}
