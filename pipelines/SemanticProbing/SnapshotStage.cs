using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Traces;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>What a snapshot writes and what its hidden states hold: its own programs, and reference programs forced on it.</summary>
internal sealed class SnapshotStage(ProbeStage probes, ProbingOptions options, RunContext context)
{
    /// <summary>A snapshot's part of the result.</summary>
    /// <param name="Behaviour">What it writes.</param>
    /// <param name="Written">Arms on its own programs.</param>
    /// <param name="Forced">Arms on the reference programs, the same at every snapshot.</param>
    public sealed record Result(Behaviour Behaviour, Dictionary<string, ArmCounts> Written, Dictionary<string, ArmCounts> Forced);

    /// <summary>Measures a snapshot.</summary>
    public Result Run(LanguageModel model, int seed, int step)
    {
        context.Display.Stage($"snapshot {step} of model {seed}");
        var behaviour = KarelBehaviour.Measure(
            model, new KarelGenerator(options.TestKarel, "test"), options.TestPrograms, options.Reading, options.MaxOperations,
            cancellationToken: context.Cancellation);
        return new(
            Behaviour.Of(step, behaviour),
            Content(model, TracePrograms.Written, [ProbeSize.Linear]),
            Content(model, TracePrograms.Reference, options.MlpOnSnapshots ? [ProbeSize.Linear, ProbeSize.Mlp1] : [ProbeSize.Linear]));
    }

    private Dictionary<string, ArmCounts> Content(LanguageModel model, TracePrograms programs, ProbeSize[] sizes)
    {
        var traces = options.Traces() with { Programs = programs, Offsets = [0] };
        using var sets = TraceSets.Record(model, null, options, options.SnapshotProbePrograms, traces, context.Cancellation);
        if (sets.TrainLabels.Rows < options.MinProbeRows || sets.Labels.Rows == 0) return [];
        var arms = sizes.SelectMany(size => options.Meanings.Where(meaning => size == ProbeSize.Linear || meaning == "original")
            .Select(meaning => new ProbeArm(size, meaning))).ToList();
        return probes.Run(sets, arms);
    }
}
