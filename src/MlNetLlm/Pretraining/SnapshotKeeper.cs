using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Pretraining;

/// <summary>Keeps models while a run trains.</summary>
internal sealed class SnapshotKeeper(LanguageModel model, SnapshotOptions options)
{
    private const int BytesPerWeight = sizeof(float);
    private IReadOnlyList<int>? _plan;

    /// <summary>Plans a run that is about to start, and keeps the untrained model.</summary>
    /// <param name="steps">Steps of the run.</param>
    /// <exception cref="InvalidOperationException">The models would take more room than allowed.</exception>
    public void Begin(int steps)
    {
        _plan = options.Plan(steps);
        var mebibytes = model.Module.parameters().Sum(parameter => parameter.numel()) * BytesPerWeight * _plan.Count / 1048576.0;
        if (mebibytes > options.MaxMiB)
            throw new InvalidOperationException(
                $"Snapshots of {_plan.Count} steps would take {mebibytes:F0} MiB; MaxMiB is {options.MaxMiB}. Keep fewer, or raise it.");
        Keep(0);
    }

    /// <summary>Keeps the model after a step that is in the plan.</summary>
    public void After(TrainingStep step) => Keep(step.Step);

    // Saving reads the weights only. The first call of a resumed run finds step 0 kept already and writes the same again: the model at hand
    // is then still the untrained one, since the loop has not read its checkpoint yet.
    private void Keep(int step)
    {
        if (_plan!.Contains(step)) ModelSnapshots.Keep(model, options.Folder, step);
    }
}
