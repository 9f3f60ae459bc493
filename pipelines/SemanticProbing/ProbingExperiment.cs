using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>
/// Does a language model trained on nothing but program text hold what the programs do? Karel programs, probes on hidden states, controls
/// (Jin and Rinard 2024).
/// </summary>
public sealed class ProbingExperiment : Experiment<ProbingOptions>, IEjectable
{
    /// <inheritdoc/>
    public override string Name => "probing";

    /// <inheritdoc/>
    public override string Title => "Probes a model trained on program text for the states that its programs lead to";

    /// <inheritdoc/>
    public override string Folder => "SemanticProbing";

    /// <inheritdoc/>
    protected override void Check(ProbingOptions options) => options.Validated();

    /// <inheritdoc/>
    protected override void Run(ProbingOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var kept = KeptParts.Open(request, options, record.Sessions);
        List<ModelResult> results = options.Checkpoints is { } folder
            ? [Probe(folder, options, kept, context)]
            : Train(options, request, kept, context, record);
        new Report(results, options, record).Write();
        var effects = new Effects(results, options);
        foreach (var claim in Verdicts.Judge(results, effects, options, request.Seed)) record.Add(claim);
        LevelChart.Of(results, options)?.Save(FileSystems.Default, request.Out, "levels");
        if (results[0].Snapshots.Count > 2) Picture.Of(results, effects, options).Save(request.Out, "training");
    }

    EjectedRun IEjectable.Eject(RunResult result) => ProbingEjection.Of(result);

    private static List<ModelResult> Train(
        ProbingOptions options, RunRequest request, KeptParts kept, RunContext context, RunRecord record)
    {
        var models = new ModelStage(options, request, context);
        models.Begin();
        foreach (var seed in options.ModelSeeds)
        {
            record.Add(models.Data(seed));
            var training = kept.Get($"model-{seed}", () => models.Train(seed));
            record.Add(new RunMetric($"model {seed}", "loss", "train", training.Loss));
            record.Add(new RunMetric($"model {seed}", "samples a second", null, training.SamplesPerSecond));
        }
        return [.. options.ModelSeeds.Select(seed => Measure(seed, SnapshotSource.Of(models.Snapshots(seed)), options, kept, context))];
    }

    private static ModelResult Probe(string folder, ProbingOptions options, KeptParts kept, RunContext context)
    {
        var found = SnapshotSource.In(folder);
        using var last = found.Load(found.Steps[^1], options.Device);
        return Measure(seed: 0, found, options with { CheckpointReading = SnapshotSource.Reading(last) }, kept, context);
    }

    private static ModelResult Measure(int seed, SnapshotSource found, ProbingOptions options, KeptParts kept, RunContext context)
    {
        var ml = new MLContext(seed);
        var probes = new ProbeStage(ml, options, context);
        var snapshots = new SnapshotStage(probes, options, context);
        List<SnapshotStage.Result> results = [];
        foreach (var step in found.Steps)
        {
            results.Add(kept.Get($"model-{seed}-step-{step}", () =>
            {
                using var model = found.Load(step, options.Device);
                return snapshots.Run(model, seed, step);
            }));
        }
        var final = kept.Get($"model-{seed}-final", () =>
        {
            using var model = found.Load(found.Steps[^1], options.Device);
            using var untrained = found.Load(found.Steps[0], options.Device);
            return new FinalStage(ml, probes, options, context).Run(model, untrained, seed);
        });
        return new ModelResult(seed, results, final);
    }
}
