using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>
/// Ejects the experiment's core: language models with their snapshots, what each snapshot writes, and linear probes of it under three
/// meanings. The controls and interventions of the last snapshot stay behind.
/// </summary>
internal static class ProbingEjection
{
    /// <exception cref="InvalidOperationException">The run trained no model.</exception>
    public static EjectedRun Of(RunResult result)
    {
        var options = PresetFile.FromJson<ProbingOptions>(result.Options);
        if (options.Checkpoints is { } folder)
            throw new InvalidOperationException(
                $"This run probed checkpoints made elsewhere ('{folder}'); only a run that trained its models can be ejected.");
        var training = ModelStage.Options(options, options.ModelSeeds[0], "models");
        return new EjectedRun(result, "SemanticProbing/Ejected",
            "the controls and interventions of the last snapshot, larger probes, and the verdicts on claims")
            .Value("Device", "Where snapshots write and are probed.", options.Device)
            .Value("Encoding", "How the model reads tasks: grid (one token a world) or text (the paper's).", options.Encoding)
            .Value("MarkerLevels", "Counts of markers that the grid tells apart.", options.MarkerLevels)
            .Value("Karel", "The programs that models learn from; its seed is each model's.", options.Karel with { HeldOutExamples = 0 })
            .Value("TestKarel", "The tasks that they are tested and probed on.", options.TestKarel)
            .Value("MaxOperations", "Operations of the longest program that a model may write.", options.MaxOperations)
            .Value("TrainPrograms", "Programs to learn from.", options.TrainPrograms)
            .Value("TestPrograms", "Test tasks, for what models write and for probes.", options.TestPrograms)
            .Value("ProbePrograms", "Tasks whose traces train probes.", options.SnapshotProbePrograms)
            .Value("ValidationPrograms", "Tasks whose traces choose a probe's best evaluation.", options.ValidationPrograms)
            .Value("MinProbeRows", "Training rows below which a snapshot is not probed.", options.MinProbeRows)
            .Value("ModelSeeds", "Seeds of the language models.", options.ModelSeeds)
            .Value("Model", "Their shape.", options.Config)
            .Value("Training", "How they train; seed and snapshots are each model's.", training with { Snapshots = null })
            .Value("Snapshots", "Which models along the way are kept; the folder is each model's.", training.Snapshots!)
            .Value("Meanings", "The operations' own meaning, and others that the same hidden states are probed for.", options.Meanings)
            .Value("Probe", "A probe; its columns are each one's.", options.LinearProbe with { Seed = options.ProbeSeeds[0] });
    }
}
