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
    /// <param name="Levels">The original meaning on the reference programs by level: embeddings, layer 1, 2 …; none unless asked.</param>
    public sealed record Result(
        Behaviour Behaviour, Dictionary<string, ArmCounts> Written, Dictionary<string, ArmCounts> Forced,
        IReadOnlyList<Dictionary<string, ArmCounts>> Levels);

    /// <summary>Measures a snapshot.</summary>
    public Result Run(LanguageModel model, int seed, int step)
    {
        context.Display.Stage($"snapshot {step} of model {seed}");
        var behaviour = KarelBehaviour.Measure(
            model, new KarelGenerator(options.TestKarel, "test"), options.TestPrograms, options.Reading, options.MaxOperations,
            cancellationToken: context.Cancellation);
        return new(
            Behaviour.Of(step, behaviour),
            Content(model, TracePrograms.Written, Arms([ProbeSize.Linear])),
            Content(model, TracePrograms.Reference, Arms(options.MlpOnSnapshots ? [ProbeSize.Linear, ProbeSize.Mlp1] : [ProbeSize.Linear])),
            options.ProbeLevels
                ? [.. Enumerable.Range(0, model.Config.Layers + 1).Select(level => Content(
                    model, TracePrograms.Reference, [new ProbeArm(ProbeSize.Linear, KarelSemantics.Original.Name)], level))]
                : []);
    }

    private Dictionary<string, ArmCounts> Content(
        LanguageModel model, TracePrograms programs, IReadOnlyList<ProbeArm> arms, int? level = null)
    {
        var traces = options.Traces() with { Programs = programs, Offsets = [0], Level = level };
        using var sets = TraceSets.Record(model, null, options, options.SnapshotProbePrograms, traces, context.Cancellation);
        if (sets.TrainLabels.Rows < options.MinProbeRows || sets.Labels.Rows == 0) return [];
        return probes.Run(sets, arms);
    }

    private List<ProbeArm> Arms(ProbeSize[] sizes) => [.. sizes.SelectMany(size => options.Meanings
        .Where(meaning => size == ProbeSize.Linear || meaning == KarelSemantics.Original.Name)
        .Select(meaning => new ProbeArm(size, meaning)))];
}
