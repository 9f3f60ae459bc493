using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

/// <summary>What every cursor promises, over the views that make cursors of their own.</summary>
internal sealed class CursorTests
{
    private static readonly MLContext _ml = new(1);

    private static IEnumerable<TestCaseData> Views()
    {
        yield return Case("enumerable", _ml.Numbers(5));
        yield return Case("mapped", _ml.Transforms.CopyColumns("Copy", "Number").Fit(_ml.Numbers(5)).Transform(_ml.Numbers(5)));
        yield return Case("cached", _ml.Data.Cache(_ml.Numbers(5)));
        yield return Case("shuffled", _ml.Data.ShuffleRows(_ml.Numbers(5), 3));
        yield return Case("taken", _ml.Data.TakeRows(_ml.Numbers(9), 5));
        yield return Case("filtered", _ml.Data.FilterByCustomPredicate<NumberOnly>(_ml.Numbers(9), row => row.Number >= 5));

        static TestCaseData Case(string name, IDataView data) => new TestCaseData(data, 5).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Views))]
    public void Position_WhileReading_CountsFromMinusOne(IDataView data, int count)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        Assert.That(cursor.Position, Is.EqualTo(-1));
        for (var i = 0; i < count; i++)
        {
            Assert.That(cursor.MoveNext(), Is.True);
            Assert.That(cursor.Position, Is.EqualTo(i));
        }
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.Position, Is.EqualTo(-1));
    }

    [TestCaseSource(nameof(Views))]
    public void GetGetter_OfColumnNotAskedFor_Throws(IDataView data, int count)
    {
        using var cursor = data.GetRowCursor([data.Schema["Number"]]);
        Assert.That(cursor.IsColumnActive(data.Schema["Number"]), Is.True);
        Assert.That(cursor.IsColumnActive(data.Schema["Group"]), Is.False);
        Assert.That(() => cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Group"]), Throws.Exception);
    }

    [Test]
    public void FilterByCustomPredicate_WhenRead_ShowsWhatThePredicateReads()
    {
        var data = _ml.Data.FilterByCustomPredicate<ToyData.NumberRow>(_ml.Numbers(3), row => row.Number == 0);
        using var cursor = data.GetRowCursor([data.Schema["Number"]]);
        Assert.That(cursor.IsColumnActive(data.Schema["Group"]), Is.True);
        var group = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Group"]);
        Assert.That(cursor.MoveNext(), Is.True);
        ReadOnlyMemory<char> value = default;
        group(ref value);
        Assert.That(value.ToString(), Is.EqualTo("g1"));
    }

    [TestCaseSource(nameof(Views))]
    public void GetGetter_WithWrongType_ThrowsInvalidOperation(IDataView data, int count)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        Assert.That(() => cursor.GetGetter<string>(data.Schema["Number"]), Throws.InvalidOperationException);
    }

    [TestCaseSource(nameof(Views))]
    public void GetIdGetter_OverAllRows_GivesDistinctIds(IDataView data, int count)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        var getter = cursor.GetIdGetter();
        var ids = new HashSet<DataViewRowId>();
        for (DataViewRowId id = default; cursor.MoveNext(); ids.Add(id))
            getter(ref id);
        Assert.That(ids, Has.Count.EqualTo(count));
    }

    [TestCaseSource(nameof(Views))]
    public void GetRowCursorSet_ReadTogether_GivesEveryRowOnce(IDataView data, int count)
    {
        var rows = 0;
        foreach (var cursor in data.GetRowCursorSet(data.Schema, 3))
        {
            using (cursor)
            {
                while (cursor.MoveNext())
                    rows++;
            }
        }
        Assert.That(rows, Is.EqualTo(count));
    }

    [TestCaseSource(nameof(Views))]
    public void Cursors_OverTheSameView_AreIndependent(IDataView data, int count)
    {
        var first = data.NumbersOf();
        Assert.That(data.NumbersOf(), Is.EqualTo(first));
        Assert.That(first.Length, Is.EqualTo(count));
    }

    [Test]
    public void Getter_BeforeTheFirstRow_Throws()
    {
        var data = _ml.Numbers(1);
        using var cursor = data.GetRowCursor(data.Schema);
        var id = cursor.GetIdGetter();
        DataViewRowId value = default;
        Assert.That(() => id(ref value), Throws.InvalidOperationException);
    }

    [Test]
    public void Dispose_OfCursorsOnTop_ReachesTheSource()
    {
        var data = new CountingView(3);
        var mapped = _ml.Transforms.CopyColumns("Copy", "Square").Fit(data).Transform(data);
        var filtered = _ml.Data.FilterByCustomPredicate<SquareRow>(mapped, row => row.Square == 0);
        using (var cursor = filtered.GetRowCursor(filtered.Schema))
            Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(data.OpenCursors, Is.Zero);
    }

    private sealed class SquareRow
    {
        public long Square { get; set; }
    }

    [Test]
    public void GetColumn_OfEachShape_ReadsValues()
    {
        var data = _ml.Vectors([1, 2], [3, 4]);
        Assert.That(data.GetColumn<float[]>("Features"), Is.EqualTo(new[] { new[] { 1f, 2 }, [3, 4] }));
        Assert.That(data.GetColumn<VBuffer<float>>("Features").Select(v => v.GetValues()[1]), Is.EqualTo(new[] { 2f, 4 }));
        Assert.That(_ml.Words("a").GetColumn<string>("Word"), Is.EqualTo(new[] { "a" }));
        Assert.That(() => data.GetColumn<int>("Features").ToList(), Throws.Exception);
        Assert.That(() => data.GetColumn<int>("Nothing").ToList(), Throws.Exception);
    }

    [Test]
    public void Preview_OfManyRows_ShowsTheFirst()
    {
        var preview = _ml.Numbers(10).Preview(3);
        Assert.That(preview.RowView, Has.Length.EqualTo(3));
        Assert.That(preview.ColumnView[0].Values, Is.EqualTo(new object[] { 0, 1, 2 }));
        Assert.That(preview.RowView[1].Values[0], Is.EqualTo(KeyValuePair.Create<string, object>("Number", 1)));
    }

    private sealed class NumberOnly
    {
        public int Number { get; set; }
    }
}
