using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

public class KarelDataViewTests
{
    private static readonly KarelGenerator Generator = new(new KarelOptions(), "view");

    [Test]
    public void GetRowCursor_OverAllColumns_GivesTheGeneratorsTasks()
    {
        var view = new KarelDataView(Generator, 20, start: 100);
        using var cursor = view.GetRowCursor(view.Schema);
        var index = cursor.GetGetter<long>(view.Schema["Index"]);
        var length = cursor.GetGetter<int>(view.Schema["Length"]);
        var prompt = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Prompt"]);
        var program = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Program"]);
        var operations = cursor.GetGetter<VBuffer<byte>>(view.Schema["Operations"]);
        var tokens = cursor.GetGetter<VBuffer<int>>(view.Schema["Tokens"]);
        var (i, n, row, text, code) = (0L, 0, 0, default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>));
        var (ops, ids) = (default(VBuffer<byte>), default(VBuffer<int>));
        for (; cursor.MoveNext(); row++)
        {
            index(ref i);
            length(ref n);
            prompt(ref text);
            program(ref code);
            operations(ref ops);
            tokens(ref ids);
            var task = Generator.Draw(100 + row);
            Assert.That((i, n, cursor.Position), Is.EqualTo((100L + row, task.Program.Length, (long)row)));
            Assert.That(ops.DenseValues().Select(op => (KarelOperation)op), Is.EqualTo(task.Program.ToArray()));
            Assert.That(string.Concat(ids.DenseValues().Select(id => KarelTextEncoding.Instance.Words[id])), Is.EqualTo($"{text}{code}"));
            Assert.That(code.ToString(), Does.StartWith("def run() {\n").And.EndsWith("}"));
        }

        Assert.That((row, view.GetRowCount()), Is.EqualTo((20, 20L)));
    }

    [Test]
    public void GridColumns_OfAnEncodedRow_HoldTheFeaturesOfEachWorld()
    {
        var features = new KarelGridFeatures(6, 15);
        var view = new KarelDataView(Generator, 5, KarelGridEncoding.Instance, features);
        using var cursor = view.GetRowCursor(view.Schema);
        var listGetter = cursor.GetGetter<VBuffer<int>>(view.Schema["GridFeatures"]);
        var offsetGetter = cursor.GetGetter<VBuffer<int>>(view.Schema["GridOffsets"]);
        var tokenGetter = cursor.GetGetter<VBuffer<int>>(view.Schema["Tokens"]);
        var (list, offsets, tokens) = (default(VBuffer<int>), default(VBuffer<int>), default(VBuffer<int>));
        for (int row = 0; cursor.MoveNext(); row++)
        {
            listGetter(ref list);
            offsetGetter(ref offsets);
            tokenGetter(ref tokens);
            var task = Generator.Draw(row);
            for (int grid = 0; grid < 10; grid++)
            {
                int end = grid == 9 ? list.Length : offsets.GetValues()[grid + 1];
                var world = features.Read(list.GetValues()[offsets.GetValues()[grid]..end]);
                Assert.That(world, Is.EqualTo(grid % 2 == 0 ? task.Inputs[grid / 2] : task.Outputs[grid / 2]));
            }

            Assert.That(tokens.DenseValues().Count(token => token == KarelGridEncoding.GridToken), Is.EqualTo(offsets.Length));
        }
    }

    [TestCase(0, 3)]
    [TestCase(1, 4)]
    [TestCase(64, 2)]
    [TestCase(65, 2)]
    [TestCase(1000, 3)]
    public void GetRowCursorSet_PutBackInTheOrderOfBatches_GivesTheRowsOfOneCursor(int rows, int workers)
    {
        var view = new KarelDataView(Generator, rows);
        var read = new List<(long Batch, long Index)>();
        foreach (var cursor in view.GetRowCursorSet([view.Schema["Index"]], workers)) read.AddRange(Indexes(cursor));
        Assert.That(read.GroupBy(row => row.Batch).OrderBy(batch => batch.Key).SelectMany(batch => batch.Select(row => row.Index)),
            Is.EqualTo(Enumerable.Range(0, rows).Select(i => (long)i)));
    }

    [Test]
    public void TakeRows_OfMlNet_ReadsTheFirstRows()
    {
        var view = new MLContext(seed: 1).Data.TakeRows(new KarelDataView(Generator, long.MaxValue), 7);
        Assert.That(Indexes(view.GetRowCursor([view.Schema["Index"]])).Select(row => row.Index), Is.EqualTo(Enumerable.Range(0, 7)));
    }

    [Test]
    public void Cursor_WithTokensRead_AllocatesNothingPerRow()
    {
        var view = new KarelDataView(Generator, 3000);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<int>>(view.Schema["Tokens"]);
        var featureGetter = cursor.GetGetter<VBuffer<int>>(view.Schema["GridFeatures"]);
        var (tokens, features) = (default(VBuffer<int>), default(VBuffer<int>));
        long before = 0;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            if (row == 1000) before = GC.GetAllocatedBytesForCurrentThread();
            getter(ref tokens);
            featureGetter(ref features);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20_000));     // a buffer may grow once or twice
    }

    [Test]
    public void GetGetter_UsedWrongly_SaysWhatIsWrong()
    {
        var view = new KarelDataView(Generator, 1);
        using var cursor = view.GetRowCursor([view.Schema["Length"]]);
        Assert.That(() => cursor.GetGetter<long>(view.Schema["Index"]), Throws.ArgumentException.With.Message.Contains("not asked for"));
        Assert.That(() => cursor.GetGetter<long>(view.Schema["Length"]), Throws.InvalidOperationException.With.Message.Contains("Int32"));
        var length = cursor.GetGetter<int>(view.Schema["Length"]);
        int value = 0;
        Assert.That(() => length(ref value), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
        Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(() => length(ref value), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
    }

    private static List<(long Batch, long Index)> Indexes(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var getter = cursor.GetGetter<long>(cursor.Schema["Index"]);
            var (rows, index) = (new List<(long, long)>(), 0L);
            while (cursor.MoveNext())
            {
                getter(ref index);
                rows.Add((cursor.Batch, index));
            }

            return rows;
        }
    }
}
