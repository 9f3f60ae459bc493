using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>A task of an evaluation: a benchmark, or one subject or language of it (arc_easy, mmlu_anatomy, mgsm_de).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Split">The split that is read.</param>
/// <param name="Rows">Its rows, as the benchmark's reader gives them.</param>
/// <param name="Dataset">Name and checksum of the data.</param>
public sealed record EvaluationTask(string Name, Benchmark Benchmark, string Split, IDataView Rows, (string Name, string Sha256) Dataset)
{
    // The order of choices decides nothing but ties where a choice is scored by its own text; some files give the right one first, always.
    private const int ShuffleSeed = 1;

    /// <summary>Finds a task of the catalogue's data.</summary>
    /// <param name="name">A benchmark's name, alone or with "_" and a subject or language.</param>
    /// <param name="split">The split; null = test, else validation, else the only one.</param>
    /// <exception cref="ArgumentException">There is no such task; the nearest and all known are named.</exception>
    /// <exception cref="NotSupportedException">The task's answers are code.</exception>
    public static EvaluationTask Find(string name, string? split)
    {
        var benchmark = Benchmarks()
            .Where(b => name == b.Name || name.StartsWith(b.Name + "_", StringComparison.Ordinal))
            .MaxBy(b => b.Name.Length) ?? throw Unknown(name);
        if (benchmark.Shape == BenchmarkShape.Generation) _ = Grader.Of(benchmark);
        var dataset = DatasetCatalog.Default.Find(benchmark.Dataset);
        var part = name.Length > benchmark.Name.Length ? name[(benchmark.Name.Length + 1)..] : null;
        var shuffle = benchmark.Continuation.Contains("{letter}", StringComparison.Ordinal) ? (int?)null : ShuffleSeed;
        ArgumentException? refused = null;
        foreach (var trial in split is null ? new[] { "test", "validation", null } : [split])
        {
            foreach (var options in Parts(part))
            {
                try
                {
                    var rows = Open(benchmark, dataset, options with { Split = trial, ShuffleSeed = shuffle });
                    return new EvaluationTask(name, benchmark, trial ?? benchmark.Split, rows, (dataset.Name, dataset.Sha256));
                }
                catch (ArgumentException error)
                {
                    refused ??= error;
                }
            }
        }
        throw new ArgumentException($"Task '{name}': {refused!.Message}", refused);
    }

    /// <summary>How many rows there are, up to a limit.</summary>
    public long Count(long? limit)
    {
        using var cursor = Rows.GetRowCursor([]);
        var count = 0L;
        while (count < (limit ?? long.MaxValue) && cursor.MoveNext()) count++;
        return count;
    }

    private static IEnumerable<Benchmark> Benchmarks() => Benchmark.All.Where(b => b.Shape != BenchmarkShape.Sentences);

    private static IEnumerable<BenchmarkOptions> Parts(string? part) => part is null
        ? [new BenchmarkOptions()]
        : [new BenchmarkOptions { Subject = part }, new BenchmarkOptions { Language = part }];

    private static IDataView Open(Benchmark benchmark, Dataset dataset, BenchmarkOptions options)
    {
        var rows = benchmark.Shape == BenchmarkShape.MultipleChoice
            ? MultipleChoiceReader.Read(benchmark, dataset, options)
            : GenerationReader.Read(benchmark, dataset, options);
        using var cursor = rows.GetRowCursor([]);
        cursor.MoveNext();   // a subject or language that only rows could have is refused here
        return rows;
    }

    private static ArgumentException Unknown(string name)
    {
        var known = Benchmarks().Where(b => b.Fields.Tests is null).Select(b => b.Name).ToList();
        var hint = Nearest.To(name, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return new ArgumentException(
            $"Unknown task '{name}'.{hint} Known: {string.Join(", ", known)}; "
            + "with _ and a subject or language for a part of one: arc_easy, mgsm_de.");
    }
}
