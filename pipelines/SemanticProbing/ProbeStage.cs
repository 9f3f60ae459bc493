using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Probes;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>Trains the probes of arms on traces and counts what they get right on test traces.</summary>
internal sealed class ProbeStage(MLContext ml, ProbingOptions options, RunContext context)
{
    /// <summary>Trains arms. Those of one size share a pass over the rows; the best evaluation is chosen on validation rows.</summary>
    /// <param name="sets">The traces.</param>
    /// <param name="arms">The arms; those whose labels do not occur are left out.</param>
    /// <param name="control">The control tasks, for arms that learn them.</param>
    /// <returns>By name, the majority of each meaning and offset among them.</returns>
    public Dictionary<string, ArmCounts> Run(TraceSets sets, IEnumerable<ProbeArm> arms, TraceControl? control = null)
    {
        var counts = new Dictionary<string, ArmCounts>();
        var labels = sets.Labels;
        foreach (var size in arms.Where(sets.Serves).GroupBy(arm => arm.Size))
        {
            var evaluated = Evaluate(size.Key, [.. size], View(sets.Train), View(sets.Validation), View(sets.Test));
            var first = 0;
            foreach (var arm in size)
            {
                if (arm.Semantics != ProbeArm.Control)
                    counts[ProbeArm.MajorityOf(arm.Semantics, arm.Offset)] = labels.Majority(sets.TrainLabels, arm.Semantics, arm.Offset);
                counts[arm.Name] = ArmCounts.Sum(
                    [.. Enumerable.Range(0, arm.Seeds).Select(seed => Count(evaluated, labels, first + (4 * seed)))]);
                if (arm is { Semantics: not "original", Size: ProbeSize.Linear, Offset: 0 } && Original(size, arm) is { } original)
                    AddDifferingRows(counts, arm, evaluated, labels, first, original);
                first += 4 * arm.Seeds;
            }
        }
        return counts;

        IDataView View(TraceDataset traces) => control is null ? traces.View : traces.WithControl(control);
    }

    private ProbeEvaluation Evaluate(
        ProbeSize size, ProbeArm[] arms, IDataView train, IDataView validation, IDataView test)
    {
        var probes = arms.SelectMany((arm, i) => arm.Probes(Template(size), options.ProbeSeeds, $"{i}")).ToList();
        var fitted = ml.Probes().Set(probes, cancellationToken: context.Cancellation).Fit(train, validation);
        return ml.Probes().Evaluate(fitted, test, TraceColumns.Program);
    }

    private ProbeOptions Template(ProbeSize size) => size switch
    {
        ProbeSize.Linear => options.LinearProbe,
        ProbeSize.Mlp1 => options.MlpProbe with { HiddenLayers = 1 },
        _ => options.MlpProbe with { HiddenLayers = 2 },
    };

    // The four probes of an arm and seed stand together, from `first` on: direction, offset along x, along y, obstacle.
    private static ArmCounts Count(ProbeEvaluation evaluated, LabelTable labels, int first) =>
        ArmCounts.Of(labels, (row, feature) => Answer(evaluated, first, row, feature));

    private static bool? Answer(ProbeEvaluation evaluated, int first, int row, int feature) => feature switch
    {
        0 => evaluated.IsRight(first, row),
        2 => evaluated.IsRight(first + 3, row),
        _ => evaluated.IsRight(first + 1, row) & evaluated.IsRight(first + 2, row),
    };

    private static int? Original(IEnumerable<ProbeArm> arms, ProbeArm arm)
    {
        var first = 0;
        foreach (var other in arms)
        {
            if (other.Semantics == KarelSemantics.Original.Name && other.Offset == 0 && other.Features == arm.Features) return first;
            first += 4 * other.Seeds;
        }
        return null;
    }

    // Where both meanings say the same, a probe of either is right for the same reason: only the other rows tell them apart.
    private static void AddDifferingRows(
        Dictionary<string, ArmCounts> counts, ProbeArm arm, ProbeEvaluation evaluated, LabelTable labels, int first, int original)
    {
        if (arm.Semantics == ProbeArm.Control) return;
        counts[$"{arm.Name}/differing"] = Differing(first);
        counts[$"{ProbeArm.NameOf(arm.Size, KarelSemantics.Original.Name)}/differing from {arm.Semantics}"] = Differing(original);

        ArmCounts Differing(int from) => ArmCounts.Of(labels, (row, feature) =>
            labels.Class(feature, arm.Semantics, 0, row) == labels.Class(feature, KarelSemantics.Original.Name, 0, row)
                ? null : Answer(evaluated, from, row, feature));
    }
}
