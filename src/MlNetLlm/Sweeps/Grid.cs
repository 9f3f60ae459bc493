using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace MlNetLlm.Sweeps;

/// <summary>The points of a grid over a search space.</summary>
internal static class Grid
{
    /// <summary>A point by its number, the last dimension running fastest; after the last point the first comes again.</summary>
    public static Parameter Point(Microsoft.ML.SearchSpace.SearchSpace space, int steps, long number)
    {
        var counts = space.Step.Where(s => s != 1).Select(s => s ?? steps).ToArray();
        var point = new double[counts.Length];
        for (var i = point.Length - 1; i >= 0; i--)
        {
            point[i] = (double)(number % counts[i]) / counts[i];
            number /= counts[i];
        }
        return space.SampleFromFeatureSpace(point);
    }

    /// <summary>How many different points there are; at most <see cref="long.MaxValue"/>.</summary>
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
