using Microsoft.ML.SearchSpace.Option;

namespace MlNetLlm.Sweeps;

/// <summary>How many points a grid over a search space has.</summary>
internal static class Grid
{
    /// <summary>The different points; at most <see cref="long.MaxValue"/>.</summary>
    public static long Points(Microsoft.ML.SearchSpace.SearchSpace space, int steps)
    {
        var points = 1L;
        foreach (var option in space.Values)
        {
            var values = Values(option, steps);
            points = points > long.MaxValue / values ? long.MaxValue : points * values;
        }
        return points;
    }

    // Neighbouring steps of a range of whole numbers may be the same number.
    private static int Values(OptionBase option, int steps)
    {
        var count = option.Step[0] ?? steps;
        return Enumerable.Range(0, count).Select(i => ParallelSweep.Text(option.SampleFromFeatureSpace(
            option.FeatureSpaceDim == 0 ? [] : [(double)i / count]))).Distinct().Count();
    }
}
