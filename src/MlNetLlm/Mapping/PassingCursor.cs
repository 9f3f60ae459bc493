using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// The cursor of a <see cref="MappedDataView{TInput, TOutput}"/> of which no computed column is read: nothing is computed.
/// </summary>
internal sealed class PassingCursor<TInput, TOutput>(
    RowMapping<TInput, TOutput> mapping, DataViewRowCursor input, IReadOnlySet<int> active) : DataViewRowCursor
{
    public override DataViewSchema Schema => mapping.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowMapping<TInput, TOutput>.RequireActive(active, column);
        return input.GetGetter<TValue>(mapping.InputSchema[column.Index]);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing) input.Dispose();
        base.Dispose(disposing);
    }
}
