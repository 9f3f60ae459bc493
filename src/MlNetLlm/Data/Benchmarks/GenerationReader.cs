using System.Globalization;
using Microsoft.ML;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Reads prompts with the text that should follow. Columns, all text: <c>Id</c>, <c>Subject</c>, <c>Language</c>, <c>Question</c>,
/// <c>Prompt</c>, <c>Answer</c> (the text or number to match; empty where only tests tell), <c>Reference</c> (a worked answer),
/// <c>Tests</c> (code that tests an answer that is code) and <c>EntryPoint</c> (the function the tests call); the last three are empty
/// where the benchmark has none. Rows stream; only the one at hand is in memory.
/// </summary>
public static class GenerationReader
{
    /// <summary>Reads a benchmark from its data set.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="dataset">The data set with the files.</param>
    /// <param name="options">Which rows.</param>
    /// <returns>The problems.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, subject or language.</exception>
    public static IDataView Read(Benchmark benchmark, Dataset dataset, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, dataset, options));

    /// <summary>Reads a benchmark's files from a folder.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="options">Which rows.</param>
    /// <returns>The problems.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, subject or language.</exception>
    /// <exception cref="FileNotFoundException">The folder has no file of the benchmark.</exception>
    public static IDataView Read(Benchmark benchmark, string folder, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, folder, options));

    private static RowsView<GenerationProblem> Read(BenchmarkSource source)
    {
        var benchmark = source.Benchmark;
        source.CheckShape(BenchmarkShape.Generation);
        return new RowsView<GenerationProblem>(
            () => source.Rows().Select(row => Problem(row, benchmark)),
            BenchmarkColumns.Text<GenerationProblem>("Id", row => row.Id),
            BenchmarkColumns.Text<GenerationProblem>("Subject", row => row.Subject),
            BenchmarkColumns.Text<GenerationProblem>("Language", row => row.Language),
            BenchmarkColumns.Text<GenerationProblem>("Question", row => row.Question),
            BenchmarkColumns.Text<GenerationProblem>("Prompt", row => row.Prompt),
            BenchmarkColumns.Text<GenerationProblem>("Answer", row => row.Answer),
            BenchmarkColumns.Text<GenerationProblem>("Reference", row => row.Reference),
            BenchmarkColumns.Text<GenerationProblem>("Tests", row => row.Tests),
            BenchmarkColumns.Text<GenerationProblem>("EntryPoint", row => row.EntryPoint));
    }

    private static GenerationProblem Problem(SourceRow source, Benchmark benchmark)
    {
        var (row, fields) = (source.Row, benchmark.Fields);
        var question = row.Text(fields.Question);
        return new GenerationProblem(source.Id, source.Subject, source.Language, question,
            PromptTemplate.Fill(benchmark.Prompt, name => name == "question" ? question : row.Text(name)),
            Answer(row, benchmark),
            row.OptionalText(fields.Reference) ?? "",
            row.OptionalText(fields.Tests) ?? "",
            row.OptionalText(fields.EntryPoint) ?? "");
    }

    private static string Answer(BenchmarkRow row, Benchmark benchmark)
    {
        var field = benchmark.Fields.Answer;
        if (benchmark.Fields.Tests != null && row.OptionalText(field) == null)
            return "";
        var answer = row.Text(field);
        if (benchmark.AnswerAfter is { } marker)
        {
            var at = answer.LastIndexOf(marker, StringComparison.Ordinal);
            if (at < 0)
            {
                var end = answer[Math.Max(0, answer.Length - 20)..];
                throw row.Place.Fault($"field '{field}' ends in '{end}'", $"'{marker}' before the answer");
            }
            answer = answer[(at + marker.Length)..];
        }
        return benchmark.AnswerIs == AnswerKind.Number ? Number(answer, row.Place, field) : answer;
    }

    private static string Number(string text, RowPlace place, string field)
    {
        var number = text.Trim().Replace(",", "");
        return decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? number
            : throw place.Fault($"the answer in field '{field}' is '{text.Trim()}'", "a number");
    }
}

/// <summary>A prompt with the text that should follow.</summary>
internal sealed record GenerationProblem(
    string Id,
    string Subject,
    string Language,
    string Question,
    string Prompt,
    string Answer,
    string Reference,
    string Tests,
    string EntryPoint);
