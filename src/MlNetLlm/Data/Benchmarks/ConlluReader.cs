using Microsoft.ML;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Reads sentences in CoNLL-U (universaldependencies.org/format.html). Columns: <c>Id</c>, <c>Subject</c> (the treebank), <c>Language</c>,
/// <c>Text</c>, then with an item for each syntactic word <c>Tokens</c>, <c>Lemmas</c>, <c>Upos</c>, <c>Xpos</c>, <c>Features</c>,
/// <c>Heads</c> (the head's number from 1, 0 for the root), <c>Relations</c>, and where the word stands in the text: <c>Starts</c> and
/// <c>Lengths</c> in characters. The words of a multi-word token ("du" = "de" + "le") have its place; empty nodes are left out.
/// Rows stream; only the one at hand is in memory.
/// </summary>
public static class ConlluReader
{
    /// <summary>Reads treebanks from their data set.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="dataset">The data set with the files.</param>
    /// <param name="options">Which split, treebank and language.</param>
    /// <returns>The sentences.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, treebank or language.</exception>
    public static IDataView Read(Benchmark benchmark, Dataset dataset, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, dataset, options));

    /// <summary>Reads treebanks from a folder.</summary>
    /// <param name="benchmark">What the files hold.</param>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="options">Which split, treebank and language.</param>
    /// <returns>The sentences.</returns>
    /// <exception cref="ArgumentException">The benchmark is of another shape or has no such split, treebank or language.</exception>
    /// <exception cref="FileNotFoundException">The folder has no file of the benchmark.</exception>
    public static IDataView Read(Benchmark benchmark, string folder, BenchmarkOptions? options = null) =>
        Read(BenchmarkSource.Open(benchmark, folder, options));

    private static RowsView<Row> Read(BenchmarkSource source)
    {
        var benchmark = source.Benchmark;
        source.CheckShape(BenchmarkShape.Sentences);
        return new RowsView<Row>(
            () => source.Files.SelectMany(file => Rows(file.File, file.Path, benchmark)),
            BenchmarkColumns.Text<Row>("Id", row => row.Id),
            BenchmarkColumns.Text<Row>("Subject", row => row.Subject),
            BenchmarkColumns.Text<Row>("Language", row => row.Language),
            BenchmarkColumns.Text<Row>("Text", row => row.Sentence.Text),
            BenchmarkColumns.Texts<Row>("Tokens", row => row.Sentence.Column(word => word.Form)),
            BenchmarkColumns.Texts<Row>("Lemmas", row => row.Sentence.Column(word => word.Lemma)),
            BenchmarkColumns.Texts<Row>("Upos", row => row.Sentence.Column(word => word.Upos)),
            BenchmarkColumns.Texts<Row>("Xpos", row => row.Sentence.Column(word => word.Xpos)),
            BenchmarkColumns.Texts<Row>("Features", row => row.Sentence.Column(word => word.Features)),
            BenchmarkColumns.Numbers<Row>("Heads", row => row.Sentence.Column(word => word.Head)),
            BenchmarkColumns.Texts<Row>("Relations", row => row.Sentence.Column(word => word.Relation)),
            BenchmarkColumns.Numbers<Row>("Starts", row => row.Sentence.Column(word => word.Start)),
            BenchmarkColumns.Numbers<Row>("Lengths", row => row.Sentence.Column(word => word.Length)));
    }

    private static IEnumerable<Row> Rows(BenchmarkFile file, string path, Benchmark benchmark) =>
        ConlluParser.Sentences(path).Select((sentence, i) => new Row(
            sentence.Id ?? $"{file.Stem}:{i + 1}", file.Subject ?? "", file.Language ?? benchmark.Language, sentence));

    private sealed record Row(string Id, string Subject, string Language, AnnotatedSentence Sentence);
}
