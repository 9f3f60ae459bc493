using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.TaskAdaptation;

/// <summary>Sentences with their words' places and labels as rows of one word each, the form that tagging reads. Rows stream.</summary>
public static class WordRows
{
    /// <summary>Turns sentences into words.</summary>
    /// <param name="sentences">One sentence a row, such as <see cref="ConlluReader"/> gives.</param>
    /// <param name="textColumn">The sentence.</param>
    /// <param name="startsColumn">A vector of Int32: at which character each word begins.</param>
    /// <param name="labelsColumn">A vector of text: each word's label.</param>
    /// <returns>Columns Text (the whole sentence), Start (Int32) and Label (text), in the order of the words.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public static IDataView Of(
        IDataView sentences, string textColumn = "Text", string startsColumn = "Starts", string labelsColumn = "Upos")
    {
        var text = Columns.Text(sentences.Schema, textColumn, nameof(textColumn));
        var starts = Columns.Find(
            sentences.Schema, startsColumn, nameof(startsColumn),
            type => type is VectorDataViewType { ItemType: var item } && item.Equals(NumberDataViewType.Int32), "a vector of Int32");
        var labels = Columns.Find(
            sentences.Schema, labelsColumn, nameof(labelsColumn), type => type is VectorDataViewType { ItemType: TextDataViewType },
            "a vector of text");
        return new RowsView<Word>(
            () => Words(sentences, text, starts, labels),
            BenchmarkColumns.Text<Word>("Text", word => word.Text),
            new RowsColumn<Word>("Start", NumberDataViewType.Int32, (Word word) => word.Start),
            BenchmarkColumns.Text<Word>("Label", word => word.Label));
    }

    private static IEnumerable<Word> Words(
        IDataView sentences, DataViewSchema.Column textColumn, DataViewSchema.Column startsColumn, DataViewSchema.Column labelsColumn)
    {
        using var cursor = sentences.GetRowCursor([textColumn, startsColumn, labelsColumn]);
        var getText = cursor.GetGetter<ReadOnlyMemory<char>>(textColumn);
        var getStarts = cursor.GetGetter<VBuffer<int>>(startsColumn);
        var getLabels = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(labelsColumn);
        var (text, starts, labels) = (default(ReadOnlyMemory<char>), default(VBuffer<int>), default(VBuffer<ReadOnlyMemory<char>>));
        for (var row = 1L; cursor.MoveNext(); row++)
        {
            getText(ref text);
            getStarts(ref starts);
            getLabels(ref labels);
            if (starts.Length != labels.Length)
                throw new InvalidDataException(
                    $"Sentence {row} has {starts.Length} words and {labels.Length} labels; expected one a word.");
            var sentence = text.ToString();
            var (places, names) = (starts.DenseValues().ToArray(), labels.DenseValues().ToArray());
            for (var word = 0; word < places.Length; word++)
                yield return new Word(sentence, places[word], names[word].ToString());
        }
    }

    private sealed record Word(string Text, int Start, string Label);
}
