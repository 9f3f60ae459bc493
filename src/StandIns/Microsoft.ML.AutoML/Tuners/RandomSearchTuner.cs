using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>Points of the unit cube, evenly at random; learns nothing.</summary>
internal sealed class RandomSearchTuner(SearchSpace.SearchSpace space, int? seed) : ITuner
{
    private readonly Random _random = seed is { } number ? new Random(number) : new Random();

    public Parameter Propose(TrialSettings settings) =>
        space.SampleFromFeatureSpace([.. Enumerable.Range(0, space.FeatureSpaceDim).Select(_ => _random.NextDouble())]);

    public void Update(TrialResult result)
    {
    }
}
