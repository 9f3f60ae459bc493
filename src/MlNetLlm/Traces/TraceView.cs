using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Karel;

namespace MlNetLlm.Traces;

/// <summary>The rows of a store as ML.NET data.</summary>
internal static class TraceView
{
    private const int Program = 0, Step = 1, Length = 2, Prefix = 3, Walls = 4, Pose = 5;

    public static IDataView Of(TraceStore store, TraceLayout layout, TraceOptions options, TraceControl? control)
    {
        var record = new KarelRecord(Math.Max(options.MaxOperations, KarelWorld.MarkerLimit));
        List<RowsColumn<byte[]>> columns =
        [
            new(TraceColumns.Features, new VectorDataViewType(NumberDataViewType.Single, layout.Width), State),
            new(TraceColumns.Record, new VectorDataViewType(NumberDataViewType.Single, record.Width), Record),
            new(TraceColumns.Program, NumberDataViewType.Int64, (Func<byte[], long>)(row => (long)layout.NumbersOf(row)[Program])),
            new(TraceColumns.Step, NumberDataViewType.Int32, (Func<byte[], int>)(row => (int)layout.NumbersOf(row)[Step])),
            new(TraceColumns.Length, NumberDataViewType.Int32, (Func<byte[], int>)(row => (int)layout.NumbersOf(row)[Length])),
            new(TraceColumns.Prefix, NumberDataViewType.UInt64, (Func<byte[], ulong>)(row => layout.NumbersOf(row)[Prefix])),
        ];
        for (var s = 0; s < options.Semantics.Count; s++)
            for (var o = 0; o < options.Offsets.Count; o++)
                foreach (var label in KarelLabels.All)
                {
                    var place = layout.Place(s, o, label);
                    columns.Add(new(
                        TraceColumns.Label(label, options.Semantics[s].Name, options.Offsets[o]),
                        new KeyDataViewType(typeof(uint), label.Classes()), (Func<byte[], uint>)(row => layout.Labels(row)[place])));
                }
        if (control is not null)
            foreach (var label in KarelLabels.All)
                columns.Add(new(
                    TraceControl.Column(label), new KeyDataViewType(typeof(uint), label.Classes()),
                    (Func<byte[], uint>)(row => 1 + (uint)control.Label(label, layout.NumbersOf(row)[Prefix]))));
        return new RowsView<byte[]>(() => Rows(store, layout.Stride), columns);

        VBuffer<float> State(byte[] row) => new(layout.Width, layout.State(row).ToArray());

        VBuffer<float> Record(byte[] row)
        {
            var values = new float[record.Width];
            var numbers = layout.NumbersOf(row);
            var pose = (int)numbers[Pose];
            record.Write(new KarelWorld(numbers[Walls], pose / 4, (KarelDirection)(pose % 4)), Operations(numbers[Prefix]), values);
            return new VBuffer<float>(record.Width, values);
        }
    }

    private static KarelOperation[] Operations(ulong prefix)
    {
        var operations = new KarelOperation[(63 - System.Numerics.BitOperations.LeadingZeroCount(prefix)) / 3];
        for (var i = operations.Length - 1; i >= 0; i--, prefix >>= 3) operations[i] = (KarelOperation)(prefix & 7);
        return operations;
    }

    // One buffer serves all rows of a cursor.
    private static IEnumerable<byte[]> Rows(TraceStore store, int stride)
    {
        var row = new byte[stride];
        for (var i = 0L; i < store.Rows; i++)
        {
            store.Read(i, row);
            yield return row;
        }
    }
}
