using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>Every point of a grid, the last dimension running fastest, and then from the start again; learns nothing.</summary>
internal sealed class GridSearchTuner(SearchSpace.SearchSpace space, int step) : ITuner
{
    private readonly int[] _steps = [.. space.Step.Where(s => s != 1).Select(s => s ?? step)];
    private long _next;

    public Parameter Propose(TrialSettings settings)
    {
        var point = new double[_steps.Length];
        var rest = _next++;
        for (var i = point.Length - 1; i >= 0; i--)
        {
            point[i] = (double)(rest % _steps[i]) / _steps[i];
            rest /= _steps[i];
        }
        return space.SampleFromFeatureSpace(point);
    }

    public void Update(TrialResult result)
    {
    }
}
