using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Sweeps;

/// <summary>Points one after the other, whatever came of those before.</summary>
internal sealed class PointSequence(Func<Parameter> next) : IPointSearch
{
    /// <summary>Points evenly at random over the unit cube of the space's features.</summary>
    public static PointSequence Random(Microsoft.ML.SearchSpace.SearchSpace space, int seed)
    {
        var random = new Random(seed);
        return new PointSequence(() =>
            space.SampleFromFeatureSpace([.. Enumerable.Range(0, space.FeatureSpaceDim).Select(_ => random.NextDouble())]));
    }

    /// <summary>The points of a grid in order, and then from the first again.</summary>
    public static PointSequence OfGrid(Microsoft.ML.SearchSpace.SearchSpace space, int steps)
    {
        var number = 0L;
        return new PointSequence(() => Grid.Point(space, steps, number++));
    }

    /// <inheritdoc/>
    public Parameter Propose(int trial) => next();

    /// <inheritdoc/>
    public void Update(int trial, double? loss, TimeSpan duration)
    {
    }
}
