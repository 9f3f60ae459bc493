using System.Globalization;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Traces;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>Work that has no other side to be compared with: so many units a second of processor time, the median of some rounds.</summary>
internal static class Rates
{
    private const int WarmUps = 1, Rounds = 7;

    private static readonly (string Name, string Unit, Func<Func<long>> Prepare)[] _all =
    [
        ("karel interpreter", "operations", Interpreter),
        ("karel interpreter, another meaning", "operations", OtherMeaning),
        ("traces, forced programs", "rows", () => Traces(TracePrograms.Reference)),
        ("traces, written programs", "rows", () => Traces(TracePrograms.Written)),
        ("concept labels, all later tokens", "tokens", () => LabelRates.Tokens(ConceptGradient.AllLaterTokens)),
        ("concept labels, next token", "tokens", () => LabelRates.Tokens(ConceptGradient.NextToken)),
    ];

    /// <summary>Measures and prints.</summary>
    public static void Run()
    {
        Console.WriteLine("| work | unit | units a second of processor time (best) |");
        Console.WriteLine("|---|---|---|");
        foreach (var (name, unit, prepare) in _all)
        {
            var work = prepare();
            for (var i = 0; i < WarmUps; i++) work();
            double[] rates = [.. Enumerable.Range(0, Rounds).Select(_ => Rate(work)).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {unit} | {rates[Rounds / 2]:N0} ({rates[^1]:N0}) |"));
        }
    }

    private static double Rate(Func<long> work)
    {
        var before = Environment.CpuUsage.TotalTime;
        var units = work();
        return units / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static Func<long> Interpreter()
    {
        var tasks = Tasks(1000);
        return () => Programs(tasks, task =>
        {
            var world = task.Inputs[0];
            world.Run(task.Program);
            return world.Cell;
        });
    }

    private static Func<long> OtherMeaning()
    {
        var tasks = Tasks(1000);
        return () => Programs(tasks, task =>
        {
            var world = task.Inputs[0];
            world.Run(task.Program, KarelSemantics.Map5);
            return world.Cell;
        });
    }

    private static long Programs(KarelTask[] tasks, Func<KarelTask, int> run)
    {
        const int passes = 5000;
        var (sum, operations) = (0L, 0L);
        foreach (var task in tasks) operations += task.Program.Length;
        for (var pass = 0; pass < passes; pass++)
            foreach (var task in tasks) sum += run(task);
        return sum > 0 ? operations * passes : throw new InvalidOperationException("No robot stands anywhere.");
    }

    // The miniature's model with random weights: writing or forcing, hidden states, six meanings, spilling, and reading all rows back.
    private static Func<long> Traces(TracePrograms programs)
    {
        var tasks = KarelOptions.MiniatureTraining;
        var options = new TraceOptions
        {
            Reading = KarelReading.Grid(tasks.InteriorSize), Programs = programs, Semantics = KarelSemantics.Published,
        };
        using var random = new Generator(1);
        var shape = options.Reading.Fit(TransformerConfig.Gpt2(1, 128, 4, 4, 1), tasks.Examples, options.MaxOperations);
        var model = new LanguageModel(new TransformerModel(shape, random, initialDeviation: 0.088), options.Reading.Tokenizer());
        return () =>
        {
            using var traces = TraceDataset.Create(model, new KarelGenerator(tasks, "benchmark"), 4096, options);
            var columns = traces.View.Schema.Where(column => column.Name is TraceColumns.Features or "Direction.original.t").ToList();
            using var cursor = traces.View.GetRowCursor(columns);
            var features = cursor.GetGetter<Microsoft.ML.Data.VBuffer<float>>(columns[0]);
            var (vector, rows) = (default(Microsoft.ML.Data.VBuffer<float>), 0L);
            while (cursor.MoveNext())
            {
                features(ref vector);
                rows++;
            }
            return rows;
        };
    }

    private static KarelTask[] Tasks(int count)
    {
        var generator = new KarelGenerator(new KarelOptions { HeldOutExamples = 0 }, "benchmark");
        return [.. Enumerable.Range(0, count).Select(i => generator.Draw(i))];
    }
}
