using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Reads questions with choices. Columns: <c>Id</c>, <c>Subject</c>, <c>Language</c>, <c>Question</c>, <c>Choices</c> (a text each),
/// <c>Prompt</c>, <c>Continuations</c> (for each choice what to score after the prompt), <c>Label</c> (a key named A, B, …; missing
/// where no choice is marked right) and <c>AnswerIndex</c> (-1 there). Rows stream; only the one at hand is in memory.
/// </summary>
public static class MultipleChoiceReader
{
    private const int MostChoices = 26;

    /// <summary>Reads a benchmark from its data set.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="dataset">The data set with the files.</param>
    /// <param name="options">Which rows, and the order of the choices.</param>
    /// <returns>The questions.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, subject or language.</exception>
    public static IDataView Read(Benchmark benchmark, Dataset dataset, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, dataset, options));

    /// <summary>Reads a benchmark's files from a folder.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="options">Which rows, and the order of the choices.</param>
    /// <returns>The questions.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, subject or language.</exception>
    /// <exception cref="FileNotFoundException">The folder has no file of the benchmark.</exception>
    public static IDataView Read(Benchmark benchmark, string folder, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, folder, options));

    /// <summary>The letter of a choice.</summary>
    internal static string Letter(int index) => ((char)('A' + index)).ToString();

    private static RowsView<MultipleChoiceQuestion> Read(BenchmarkSource source)
    {
        var benchmark = source.Benchmark;
        source.CheckShape(BenchmarkShape.MultipleChoice);
        if (benchmark.Choices is < 2 or > MostChoices)
            throw new ArgumentException($"Benchmark '{benchmark.Name}': Choices is {benchmark.Choices}; expected 2 to {MostChoices}.");
        return new RowsView<MultipleChoiceQuestion>(
            () => source.Rows().Select(row => MultipleChoiceRows.Question(row, benchmark, source.Options.ShuffleSeed)),
            BenchmarkColumns.Text<MultipleChoiceQuestion>("Id", row => row.Id),
            BenchmarkColumns.Text<MultipleChoiceQuestion>("Subject", row => row.Subject),
            BenchmarkColumns.Text<MultipleChoiceQuestion>("Language", row => row.Language),
            BenchmarkColumns.Text<MultipleChoiceQuestion>("Question", row => row.Question),
            BenchmarkColumns.Texts<MultipleChoiceQuestion>("Choices", row => row.Choices),
            BenchmarkColumns.Text<MultipleChoiceQuestion>("Prompt", row => row.Prompt),
            BenchmarkColumns.Texts<MultipleChoiceQuestion>("Continuations", row => row.Continuations),
            BenchmarkColumns.Key<MultipleChoiceQuestion>(
                "Label", [.. Enumerable.Range(0, benchmark.Choices).Select(Letter)], row => row.Answer),
            new("AnswerIndex", NumberDataViewType.Int32, (MultipleChoiceQuestion row) => row.Answer));
    }
}
