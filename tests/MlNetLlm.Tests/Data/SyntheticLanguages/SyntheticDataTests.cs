using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data.SyntheticLanguages;

namespace MlNetLlm.Tests.Data.SyntheticLanguages;

public class SyntheticDataTests
{
    private static readonly SyntheticLanguage Language = SyntheticLanguage.AtDistance(2, 5);

    [Test]
    public void Tagged_GivesPlaceAndTagOfEveryWordOfTheText()
    {
        var rows = Read(SyntheticData.Tagged(Language, 30, start: 11));
        Assert.That(rows, Has.Count.EqualTo(30));
        foreach (var (i, (text, words, starts, tags)) in rows.Index())
        {
            var block = Language.Block(11 + i);
            Assert.That(text, Is.EqualTo(string.Join(' ', words)).And.EqualTo(Language.Text(block)));
            Assert.That(starts.Select(start => text[start..].Split(' ')[0]), Is.EqualTo(words));
            Assert.That(tags, Is.EqualTo(block.Words.Select(placed => placed.Word.Tag.ToString())));
        }
    }

    [Test]
    public void WithMisfits_HasPlaceAndLabelOfTheWordsThatAgreeWithAnother()
    {
        var view = SyntheticData.WithMisfits(Language, 30);
        using var cursor = view.GetRowCursor(view.Schema);
        var getText = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[SyntheticColumns.Text]);
        var getStarts = cursor.GetGetter<VBuffer<int>>(view.Schema[SyntheticColumns.Starts]);
        var getLabels = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema[SyntheticColumns.Agreement]);
        var (text, starts, labels) = (default(ReadOnlyMemory<char>), default(VBuffer<int>), default(VBuffer<ReadOnlyMemory<char>>));
        for (var row = 0; cursor.MoveNext(); row++)
        {
            getText(ref text);
            getStarts(ref starts);
            getLabels(ref labels);
            var block = Language.BlockWithMisfits(row);
            var labelled = block.Words.Where(placed => placed.Agrees is not null).ToList();
            Assert.That(text.ToString(), Is.EqualTo(Language.Text(block)));
            Assert.That(labels.DenseValues().Select(label => label.ToString()),
                Is.EqualTo(labelled.Select(placed => placed.Agrees!.Value ? "agrees" : "differs")));
            Assert.That(starts.DenseValues().Select(start => text.ToString()[start..].Split(' ')[0]),
                Is.EqualTo(labelled.Select(placed => Language.Spelling(placed.Word))));
        }
    }

    [Test]
    public void TopicPairs_GiveBothHalvesAsOneText()
    {
        var view = SyntheticData.TopicPairs(Language, 50);
        using var cursor = view.GetRowCursor(view.Schema);
        var (getText, getTopics) = (Getter(cursor, SyntheticColumns.Text), Getter(cursor, SyntheticColumns.Topics));
        var (text, topics, row) = (default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>), 0);
        while (cursor.MoveNext())
        {
            getText(ref text);
            getTopics(ref topics);
            var (first, second) = Language.Halves(row++);
            Assert.That(text.ToString(), Is.EqualTo($"{Language.Text(first)} {Language.Text(second)}"));
            Assert.That(topics.ToString(), Is.EqualTo(first.Topic == second.Topic ? "same" : "other"));
        }
        Assert.That(row, Is.EqualTo(50));

        static ValueGetter<ReadOnlyMemory<char>> Getter(DataViewRowCursor cursor, string column) =>
            cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[column]);
    }

    [Test]
    public void Tagged_OfAnEndlessText_StreamsItsRows()
    {
        var view = SyntheticData.Tagged(Language, long.MaxValue);
        using var cursor = view.GetRowCursor([]);
        for (var row = 0; row < 5; row++) Assert.That(cursor.MoveNext());
    }

    [Test]
    public void Tagged_ReadTwice_GivesTheSameRows()
    {
        var view = SyntheticData.Tagged(Language, 20);
        Assert.That(Read(view).Select(row => row.Text),
            Is.EqualTo(Read(view).Select(row => row.Text)));
    }

    [Test]
    public void Tagged_WithANegativeCount_Refuses() =>
        Assert.That(() => SyntheticData.Tagged(Language, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static List<(string Text, string[] Words, int[] Starts, string[] Tags)> Read(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        var getText = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[SyntheticColumns.Text]);
        var getWords = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema[SyntheticColumns.Words]);
        var getStarts = cursor.GetGetter<VBuffer<int>>(view.Schema[SyntheticColumns.Starts]);
        var getTags = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema[SyntheticColumns.Tags]);
        var (text, words, starts, tags) = (default(ReadOnlyMemory<char>), default(VBuffer<ReadOnlyMemory<char>>), default(VBuffer<int>),
            default(VBuffer<ReadOnlyMemory<char>>));
        var rows = new List<(string, string[], int[], string[])>();
        while (cursor.MoveNext())
        {
            getText(ref text);
            getWords(ref words);
            getStarts(ref starts);
            getTags(ref tags);
            rows.Add((text.ToString(), Strings(words), [.. starts.DenseValues()], Strings(tags)));
        }
        return rows;

        static string[] Strings(VBuffer<ReadOnlyMemory<char>> values) => [.. values.DenseValues().Select(value => value.ToString())];
    }
}
