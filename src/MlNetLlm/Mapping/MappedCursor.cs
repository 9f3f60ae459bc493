using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>The cursor of a <see cref="MappedDataView{TInput, TOutput}"/>.</summary>
internal sealed class MappedCursor<TInput, TOutput>(
    RowMapping<TInput, TOutput> mapping, DataViewRowCursor row, DataViewRowCursor? ahead, IReadOnlySet<int> active) : DataViewRowCursor
{
    private readonly Func<TInput>? _read = ahead is null ? null : mapping.Transformer.Reader(ahead);
    private readonly Queue<TOutput> _computed = new();
    private TOutput _current = default!;

    public override DataViewSchema Schema => mapping.OutputSchema;

    public override long Position => row.Position;

    public override long Batch => row.Batch;

    public override bool MoveNext()
    {
        if (!row.MoveNext()) return false;
        if (_read is null) return true;
        if (_computed.Count == 0) ComputeBatch(_read);
        _current = _computed.Dequeue();
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        active.Contains(column.Index)
            ? mapping.Getter<TValue>(column, row, () => _current)
            : throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was opened.");

    public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            row.Dispose();
            ahead?.Dispose();
        }
        base.Dispose(disposing);
    }

    private void ComputeBatch(Func<TInput> read)
    {
        var rows = new List<TInput>();
        while (rows.Count < mapping.Transformer.RowsAhead && ahead!.MoveNext()) rows.Add(read());
        if (rows.Count == 0) throw new InvalidOperationException("The data gave fewer rows on its second reading than on its first.");
        foreach (var result in mapping.Transformer.Compute(rows)) _computed.Enqueue(result);
    }
}
