using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A question as the analysis reads it.</summary>
internal sealed class BenchmarkQuestion
{
    /// <summary>The most choices of a question.</summary>
    public const int MostChoices = 26;

    public string DataSet { get; set; } = "";

    public string Prompt { get; set; } = "";

    public string[] Continuations { get; set; } = [];

    /// <summary>The right choice, from 0: a key in a class of one's own is counted from 0, in a data view from 1.</summary>
    [KeyType(MostChoices)]
    public uint Label { get; set; }
}

/// <summary>The first questions of a public benchmark, with a column that names it.</summary>
/// <param name="Name">Benchmark, or benchmark/subject, and its split.</param>
/// <param name="Rows">Its questions with a marked answer.</param>
internal sealed record BenchmarkSet(string Name, IReadOnlyList<BenchmarkQuestion> Rows)
{
    private sealed class Source
    {
        public string Prompt { get; set; } = "";

        public string[] Continuations { get; set; } = [];

        public int AnswerIndex { get; set; }
    }

    /// <summary>SHA-256 of the questions as they are asked.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(Rows.Select(row => $"{row.Prompt}\n{string.Join('\n', row.Continuations)}\n{row.Label}\n")))));

    /// <summary>Whether the data of a set is on this machine.</summary>
    /// <param name="name">As <see cref="Read"/> takes it.</param>
    public static bool IsHere(string name) => DatasetCatalog.Default.Has(Benchmark.Find(name.Split('@', '/')[0]).Dataset);

    /// <summary>Reads one from the data sets of the catalogue.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="name">Such as commonsenseqa, arc/challenge or mmlu/anatomy@test; validation where no split is named.</param>
    /// <param name="most">Questions to take.</param>
    /// <exception cref="ArgumentException">There is no such benchmark or subject.</exception>
    public static BenchmarkSet Read(MLContext ml, string name, int most)
    {
        var (path, split) = name.Split('@', 2) is [var before, var after] ? (before, after) : (name, "validation");
        var (benchmark, subject) = path.Split('/', 2) is [var first, var second] ? (first, second) : (path, null);
        var found = Benchmark.Find(benchmark);
        var options = new BenchmarkOptions
        {
            Subject = subject, Split = found.Files.Contains("{split}", StringComparison.Ordinal) ? split : null, ShuffleSeed = 1,
        };
        var view = MultipleChoiceReader.Read(found, DatasetCatalog.Default.Find(found.Dataset), options);
        var rows = ml.Data.CreateEnumerable<Source>(view, reuseRowObject: false, ignoreMissingColumns: false)
            .Where(row => row.AnswerIndex >= 0).Take(most)
            .Select(row => new BenchmarkQuestion
            {
                DataSet = name, Prompt = row.Prompt, Continuations = row.Continuations, Label = (uint)row.AnswerIndex,
            }).ToList();
        return rows.Count > 0
            ? new BenchmarkSet(name, rows)
            : throw new InvalidDataException($"Benchmark '{name}' has no question with a marked answer.");
    }

    /// <summary>The questions as ML.NET data.</summary>
    public IDataView View(MLContext ml) => ml.Data.LoadFromEnumerable(Rows);
}
