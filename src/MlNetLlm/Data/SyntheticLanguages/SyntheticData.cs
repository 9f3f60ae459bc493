using Microsoft.ML;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>
/// Stretches of a synthetic language's endless text as ML.NET data. Rows are drawn when they are read; nothing is held, and reading again
/// gives the same rows. Stretches that do not overlap are independent: one for training, another for tests.
/// </summary>
public static class SyntheticData
{
    /// <summary>Text with a tag for every word. Columns: Text, and a value for every word in Words, Starts, Tags.</summary>
    /// <param name="language">The language.</param>
    /// <param name="count">Blocks, one a row.</param>
    /// <param name="start">Index of the first block.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the start is negative.</exception>
    public static IDataView Tagged(SyntheticLanguage language, long count, long start = 0) =>
        Rows(count, start, language.Block, Text(language),
            BenchmarkColumns.Texts<SyntheticBlock>(
                SyntheticColumns.Words, block => [.. block.Words.Select(placed => language.Spelling(placed.Word))]),
            BenchmarkColumns.Numbers<SyntheticBlock>(SyntheticColumns.Starts, block => [.. Starts(language, block)]),
            BenchmarkColumns.Texts<SyntheticBlock>(
                SyntheticColumns.Tags, block => [.. block.Words.Select(placed => placed.Word.Tag.ToString())]));

    /// <summary>
    /// Text in which half of the words that agree with another do not fit it. Columns: Text, and a value for every word that agrees with
    /// another in Starts, Agreement.
    /// </summary>
    /// <inheritdoc cref="Tagged"/>
    public static IDataView WithMisfits(SyntheticLanguage language, long count, long start = 0) =>
        Rows(count, start, language.BlockWithMisfits, Text(language),
            BenchmarkColumns.Numbers<SyntheticBlock>(
                SyntheticColumns.Starts,
                block => [.. block.Words.Zip(Starts(language, block)).Where(at => at.First.Agrees is not null).Select(at => at.Second)]),
            BenchmarkColumns.Texts<SyntheticBlock>(
                SyntheticColumns.Agreement,
                block => [.. block.Words.Select(placed => placed.Agrees).OfType<bool>()
                    .Select(agrees => agrees ? SyntheticColumns.Agrees : SyntheticColumns.Differs)]));

    /// <summary>Pairs of half-blocks in one text, and whether their topic is the same. Columns: Text, Topics.</summary>
    /// <inheritdoc cref="Tagged"/>
    public static IDataView TopicPairs(SyntheticLanguage language, long count, long start = 0) =>
        Rows(count, start, language.Halves,
            BenchmarkColumns.Text<(SyntheticBlock First, SyntheticBlock Second)>(
                SyntheticColumns.Text, pair => $"{language.Text(pair.First)} {language.Text(pair.Second)}"),
            BenchmarkColumns.Text<(SyntheticBlock First, SyntheticBlock Second)>(
                SyntheticColumns.Topics,
                pair => pair.First.Topic == pair.Second.Topic ? SyntheticColumns.SameTopic : SyntheticColumns.OtherTopic));

    private static RowsView<TRow> Rows<TRow>(long count, long start, Func<long, TRow> row, params RowsColumn<TRow>[] columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        return new RowsView<TRow>(Enumerate, columns);

        IEnumerable<TRow> Enumerate()
        {
            for (var index = start; index - start < count; index++) yield return row(index);
        }
    }

    private static RowsColumn<SyntheticBlock> Text(SyntheticLanguage language) =>
        BenchmarkColumns.Text<SyntheticBlock>(SyntheticColumns.Text, language.Text);

    private static IEnumerable<int> Starts(SyntheticLanguage language, SyntheticBlock block)
    {
        var start = 0;
        foreach (var placed in block.Words)
        {
            yield return start;
            start += language.Spelling(placed.Word).Length + 1;
        }
    }
}
