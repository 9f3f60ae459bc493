using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.SparseAutoencoders;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Steps that compute columns one from another: each row is computed once, whatever is read of it and how.</summary>
public sealed class MappedDataViewTests
{
    private const int Rows = 10, Steps = 3, RowsAhead = 3;

    private readonly MLContext _ml = new(1);
    private int _read, _passes;

    public class Row
    {
        [ColumnName("x0")]
        public float Number { get; set; }

        public string Text { get; set; } = "";

        [VectorType(2)]
        public float[] Pair { get; set; } = [];

        public float[] Some { get; set; } = [];

        public string[] Words { get; set; } = [];

        [KeyType(20)]
        public uint Key { get; set; }

        public bool Even { get; set; }

        public DateTime Day { get; set; }
    }

    public sealed class ComputedRow : Row
    {
        [ColumnName("x3")]
        public float Computed { get; set; }
    }

    [SetUp]
    public void Reset() => (_read, _passes) = (0, 0);

    [Test]
    public void Cursor_OfAnyColumns_GivesTheirRowsAndComputesEachOnce([Values] bool streams, [Values] bool shuffled, [Values] bool inSets)
    {
        string[] names = ["x0", "Text", "x1", "x2", "x3"];
        for (var choice = 0; choice < 1 << names.Length; choice++)
        {
            var steps = NewSteps();
            var view = Chain(streams ? Streaming() : Listed(), steps);
            string[] chosen = [.. names.Where((_, i) => (choice >> i & 1) == 1)];
            (_read, _passes) = (0, 0);
            var columns = chosen.Select(name => view.Schema[name]).ToList();
            var random = shuffled ? new Random(1) : null;
            using var cursor = inSets ? view.GetRowCursorSet(columns, 4, random).Single() : view.GetRowCursor(columns, random);
            var getters = columns.ToDictionary(column => column.Name, column => Getter(cursor, column));
            var row = 0;
            for (; cursor.MoveNext(); row++)
                foreach (var name in chosen.Reverse())
                    Assert.That(getters[name](), Is.EqualTo(Expected(name, row)), $"{string.Join(' ', chosen)}: {name} in row {row}");
            var last = chosen.Where(name => name.StartsWith('x')).Select(name => name[1] - '0').DefaultIfEmpty().Max();
            Assert.That(row, Is.EqualTo(Rows));
            var computed = Enumerable.Range(1, Steps).Select(number => number <= last ? Rows : 0);
            Assert.That(steps.Select(step => step.Computed), Is.EqualTo(computed), string.Join(' ', chosen));
            if (streams) Assert.That((_read, _passes), Is.EqualTo((Rows, 1)));
        }
    }

    [Test]
    public void Cursor_ReadsAtMostABatchAheadInEachStep()
    {
        var view = Chain(Streaming(), NewSteps());
        using var cursor = view.GetRowCursor(view.Schema);
        for (var row = 0; cursor.MoveNext(); row++)
            Assert.That(_read, Is.InRange(row + 1, row + 1 + Steps * (RowsAhead - 1)));
    }

    [Test]
    public void Cursor_OfTheStates_AndOfWhatIsComputedOfThem_RunsTheModelOnce()
    {
        var tokenizer = new CountingTokenizer();
        using var model = new LanguageModel(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), tokenizer);
        using var autoencoder = new SparseAutoencoder(randn(24, 8), randn(24), randn(24, 8), randn(8), 3);
        var data = Toy.Rows(_ml, 300);
        var states = _ml.LanguageModels().HiddenStates(model, layer: 1).Fit(data).Transform(data);
        var codes = new SparseAutoencoderTransformer(autoencoder, new SparseCodeColumns()).Transform(states);

        var before = tokenizer.Texts;
        var alone = states.GetColumn<float[]>("Features").ToArray();
        Assert.That(tokenizer.Texts - before, Is.EqualTo(300));

        before = tokenizer.Texts;
        using var cursor = codes.GetRowCursor(codes.Schema.Where(column => column.Name is "Features" or "Latents"));
        var features = cursor.GetGetter<VBuffer<float>>(codes.Schema["Features"]);
        var latents = cursor.GetGetter<VBuffer<int>>(codes.Schema["Latents"]);
        var (state, active) = (default(VBuffer<float>), default(VBuffer<int>));
        for (var row = 0; cursor.MoveNext(); row++)
        {
            features(ref state);
            latents(ref active);
            Assert.That(state.DenseValues(), Is.EqualTo(alone[row]));
            Assert.That(active.DenseValues(), Is.EqualTo(SparseEncoder.Encode(autoencoder, alone[row])[0].Latents.ToArray()));
        }
        Assert.That(tokenizer.Texts - before, Is.EqualTo(300), "twice as many were two passes");
    }

    [Test]
    public void Cursor_PassesValuesOfEveryType()
    {
        var (source, steps) = (Listed(), NewSteps());
        var rows = _ml.Data.CreateEnumerable<ComputedRow>(Chain(source, steps), reuseRowObject: false).ToList();
        var expected = _ml.Data.CreateEnumerable<Row>(source, reuseRowObject: false);
        Assert.That(rows.Select(Text), Is.EqualTo(expected.Select(Text)));
        Assert.That(steps[^1].Computed, Is.EqualTo(Rows));

        static string Text(Row row) => JsonSerializer.Serialize(row);
    }

    [Test]
    public void Cursor_PassesPositionAndIdOfTheInput()
    {
        var source = _ml.Data.SkipRows(Listed(), 2);
        var view = Chain(source, NewSteps());
        using var expected = source.GetRowCursor(source.Schema);
        using var cursor = view.GetRowCursor(view.Schema);
        Assert.That(cursor.Position, Is.EqualTo(-1));
        var (ofSource, ofView) = (expected.GetIdGetter(), cursor.GetIdGetter());
        var (id, own) = (default(DataViewRowId), default(DataViewRowId));
        while (expected.MoveNext())
        {
            Assert.That(cursor.MoveNext(), Is.True);
            ofSource(ref id);
            ofView(ref own);
            Assert.That((cursor.Position, cursor.Batch, own), Is.EqualTo((expected.Position, expected.Batch, id)));
        }
        Assert.That((cursor.MoveNext(), cursor.MoveNext(), cursor.Position), Is.EqualTo((false, false, -1L)));
    }

    [Test]
    public void Getter_OfAPassedVector_GivesTheReaderACopy()
    {
        var view = Chain(Listed(), NewSteps());
        using var cursor = view.GetRowCursor([view.Schema["Pair"], view.Schema["x1"]]);
        var pair = cursor.GetGetter<VBuffer<float>>(view.Schema["Pair"]);
        var value = default(VBuffer<float>);
        cursor.MoveNext();
        pair(ref value);
        VBufferEditor.CreateFromBuffer(ref value).Values[0] = 99;
        pair(ref value);
        Assert.That(value.DenseValues(), Is.EqualTo(new[] { 0f, 1f }));
    }

    [Test]
    public void Getter_WithoutARow_OrOfAColumnNotAskedFor_SaysSo()
    {
        var view = Chain(Listed(), NewSteps());
        using var cursor = view.GetRowCursor([view.Schema["x3"], view.Schema["Even"]]);
        var (number, even, value, truth) = (
            cursor.GetGetter<float>(view.Schema["x3"]), cursor.GetGetter<bool>(view.Schema["Even"]), 0f, false);
        Refuses();
        while (cursor.MoveNext()) even(ref truth);
        Refuses();
        Assert.That(() => cursor.GetGetter<float>(view.Schema["x0"]), Throws.ArgumentException.With.Message.Contains("'x0'"));
        Assert.That(() => cursor.GetGetter<int>(view.Schema["Even"]), Throws.InvalidOperationException.With.Message.Contains("'Even'"));
        using var passing = view.GetRowCursor([view.Schema["Even"]]);
        Assert.That(() => passing.GetGetter<float>(view.Schema["x3"]), Throws.ArgumentException.With.Message.Contains("'x3'"));

        void Refuses()
        {
            Assert.That(() => number(ref value), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
            Assert.That(() => even(ref truth), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
        }
    }

    private static CountedStep[] NewSteps() => [.. Enumerable.Range(1, Steps).Select(number => new CountedStep(number, RowsAhead))];

    private static IDataView Chain(IDataView source, IEnumerable<CountedStep> steps) =>
        steps.Aggregate(source, (view, step) => step.Transform(view));

    private IDataView Listed() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(i => new Row
    {
        Number = i, Text = $"row {i}", Pair = [i, i + 1], Some = [.. Enumerable.Repeat(0.5f, i % 3)], Words = ["a", $"{i}"],
        Key = (uint)i + 1, Even = i % 2 == 0, Day = new DateTime(2026, 1, 1 + i),
    }).ToList());

    private RowsView<int> Streaming() => new(
        () =>
        {
            _passes++;
            return Enumerable.Range(0, Rows).Select(i =>
            {
                _read++;
                return i;
            });
        },
        new RowsColumn<int>("x0", NumberDataViewType.Single, (int i) => (float)i),
        new RowsColumn<int>("Text", TextDataViewType.Instance, (int i) => $"row {i}".AsMemory()));

    private static Func<object> Getter(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        if (column.Type is TextDataViewType) return TextColumnReader.Of(cursor, column.Name);
        var getter = cursor.GetGetter<float>(column);
        var value = 0f;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    private static object Expected(string column, int row) => column switch
    {
        "Text" => $"row {row}",
        "x0" => (float)row,
        _ => 2 * (float)Expected($"x{column[1] - '1'}", row) + (column[1] - '0'),
    };
}
