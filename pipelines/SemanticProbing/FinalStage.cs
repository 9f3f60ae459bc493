using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Probes;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>All probes and controls on the last snapshot of a model.</summary>
internal sealed class FinalStage(MLContext ml, ProbeStage probes, ProbingOptions options, RunContext context)
{
    private static readonly string _original = KarelSemantics.Original.Name;
    private static readonly string _flip = KarelSemantics.Flip.Name;

    /// <summary>What the last snapshot holds.</summary>
    /// <param name="Written">Arms on its own programs: meanings, offsets, sizes, the record, control labels, majorities.</param>
    /// <param name="Untrained">Linear arms of the untrained network on the same programs.</param>
    /// <param name="Shuffled">Linear arms of the same programs under another task's prompt.</param>
    /// <param name="Bits">Code lengths by meaning and label.</param>
    /// <param name="UniquePairs">Different (start pose, program) pairs among the training traces, a program; null without traces.</param>
    public sealed record Result(
        Dictionary<string, ArmCounts> Written, Dictionary<string, ArmCounts> Untrained, Dictionary<string, ArmCounts> Shuffled,
        Dictionary<string, CodeLength> Bits, double? UniquePairs);

    /// <summary>A code length, bits a label.</summary>
    public sealed record CodeLength(double Probes, double Uniform, double Frequencies);

    /// <summary>Measures the last snapshot of a model.</summary>
    /// <param name="model">It.</param>
    /// <param name="untrained">The model as it was before training.</param>
    /// <param name="seed">The model's seed.</param>
    public Result Run(LanguageModel model, LanguageModel untrained, int seed)
    {
        context.Display.Stage($"controls and interventions of model {seed}");
        var traces = options.Traces();
        Dictionary<string, ArmCounts> written;
        Dictionary<string, CodeLength> bits;
        double pairs;
        using (var sets = TraceSets.Record(model, null, options, options.ProbePrograms, traces, context.Cancellation))
        {
            if (!sets.Serves(new ProbeArm(ProbeSize.Linear, _original)) || sets.Train.Rows < options.MinProbeRows)
                return new([], [], [], [], null);         // a model that writes single operations alone has no states between
            var control = TraceControl.Of(sets.Train, seed);
            written = probes.Run(sets, Arms(), control);
            context.Display.Stage($"code lengths of model {seed}");
            bits = Bits(sets);
            pairs = UniquePairs(sets.Train);
        }
        context.Display.Stage($"untrained network and shuffled prompts of model {seed}");
        var bare = Linear(untrained, model, traces with { Offsets = [0, 1, 2] });
        var shuffled = Linear(model, null, traces with { Offsets = [0, 1, 2], PromptShift = 1 });
        return new(written, bare, shuffled, bits, pairs);
    }

    private List<ProbeArm> Arms()
    {
        var arms = new List<ProbeArm>();
        foreach (var meaning in options.Semantics) arms.Add(new(ProbeSize.Linear, meaning, Seeds: options.ProbeSeeds.Count));
        foreach (var offset in new[] { -2, -1, 1, 2 })
            foreach (var meaning in new[] { _original, _flip }) arms.Add(new(ProbeSize.Linear, meaning, offset));
        foreach (var size in options.Sizes)
        {
            if (size != ProbeSize.Linear)
                foreach (var meaning in Interventions(size)) arms.Add(new(size, meaning));
            arms.Add(new(size, _original, Features: TraceColumns.Record));
            arms.Add(new(size, ProbeArm.Control));
        }
        return arms;
    }

    private IEnumerable<string> Interventions(ProbeSize size) =>
        size == ProbeSize.Mlp1 ? [_original, _flip, options.Adversarial] : [_original, _flip];

    private Dictionary<string, ArmCounts> Linear(LanguageModel model, LanguageModel? writer, TraceOptions traces)
    {
        using var sets = TraceSets.Record(model, writer, options, options.ProbePrograms, traces, context.Cancellation);
        return probes.Run(sets, traces.Offsets.Select(offset => new ProbeArm(ProbeSize.Linear, _original, offset)));
    }

    // Online code: each block of training rows costs what the probes trained on all rows before it make of it.
    private Dictionary<string, CodeLength> Bits(TraceSets sets)
    {
        var ends = OnlineCode.BlockEnds(checked((int)sets.Train.Rows), options.CodeBlockPercents);
        string[] meanings = [_original, _flip, options.Adversarial];
        var template = options.LinearProbe with { BestBy = ProbeSelection.Loss };
        var probesOf = meanings
            .SelectMany((meaning, i) => new ProbeArm(ProbeSize.Linear, meaning).Probes(template, options.ProbeSeeds, $"{i}")).ToList();
        var blocks = probesOf.Select(_ => new double[ends.Length - 1]).ToArray();
        for (var block = 0; block + 1 < ends.Length; block++)
        {
            var before = ml.Data.TakeRows(sets.Train.View, ends[block]);
            var next = ml.Data.TakeRows(ml.Data.SkipRows(sets.Train.View, ends[block]), ends[block + 1] - ends[block]);
            var fitted = ml.Probes().Set(probesOf, cancellationToken: context.Cancellation).Fit(before, sets.Validation.View);
            var metrics = ml.Probes().Evaluate(fitted, next).Probes;
            for (var i = 0; i < blocks.Length; i++) blocks[i][block] = metrics[i].LogLoss * metrics[i].Rows / Math.Log(2);
        }
        return probesOf.Select((_, i) => (Meaning: meanings[i / 4], Label: KarelLabels.All[i % 4], Blocks: blocks[i])).ToDictionary(
            item => $"{item.Meaning}/{item.Label}", item =>
            {
                var labels = sets.TrainLabels.Classes(item.Label, item.Meaning);
                var code = OnlineCode.Of(item.Label.Classes(), ends, item.Blocks);
                return new CodeLength(
                    code.Bits / labels.Length, code.UniformBits / labels.Length,
                    OnlineCode.PriorBits(labels, item.Label.Classes()) / labels.Length);
            });
    }

    // Few different programs make training and test traces overlap: then probes may remember instead of read.
    private double UniquePairs(TraceDataset train)
    {
        var generator = new KarelGenerator(options.TestKarel, "probe train");
        var (pairs, tasks) = (new HashSet<(int, KarelDirection, ulong)>(), new Dictionary<long, ulong>());
        using var cursor = train.View.GetRowCursor([train.View.Schema[TraceColumns.Program], train.View.Schema[TraceColumns.Prefix]]);
        var program = cursor.GetGetter<long>(train.View.Schema[TraceColumns.Program]);
        var prefix = cursor.GetGetter<ulong>(train.View.Schema[TraceColumns.Prefix]);
        var (task, operations) = (0L, 0UL);
        while (cursor.MoveNext())
        {
            program(ref task);
            prefix(ref operations);
            tasks[task] = operations;               // the last row of a program has its longest prefix
        }
        foreach (var (number, longest) in tasks)
            if (generator.Draw(number).Inputs[0] is var input) pairs.Add((input.Cell, input.Direction, longest));
        return (double)pairs.Count / tasks.Count;
    }
}
