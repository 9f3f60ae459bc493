namespace Microsoft.ML.Data;

/// <summary>The rows that pass a test on some of their columns; whether a reader sees these columns unasked is the filter's choice.</summary>
internal sealed class FilterView(
    IDataView input, DataViewSchema.Column[] tested, Func<DataViewRow, Func<bool>> createTest, bool showsTested = false)
    : ViewBase(input.Schema)
{
    public override bool CanShuffle => input.CanShuffle;

    public override long? GetRowCount() => null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Active(columnsNeeded);
        var cursor = input.GetRowCursor(Schema.Where(column => active[column.Index] || tested.Any(t => t.Index == column.Index)), rand);
        return new Cursor(Schema, showsTested ? Active(columnsNeeded.Concat(tested)) : active, cursor, createTest(cursor));
    }

    private sealed class Cursor(DataViewSchema schema, bool[] active, DataViewRowCursor input, Func<bool> test)
        : PassingCursor(schema, active, input)
    {
        protected override bool MoveNextCore()
        {
            while (Input.MoveNext())
            {
                if (test())
                    return true;
            }
            return false;
        }
    }
}

/// <summary>A cursor over some rows of another: it counts its own positions and hands on the values.</summary>
internal abstract class PassingCursor(DataViewSchema schema, bool[] active, DataViewRowCursor input) : DataViewRowCursor
{
    private long _position = -1;
    private bool _done;

    public sealed override DataViewSchema Schema => schema;

    public sealed override long Position => _position;

    public sealed override long Batch => Input.Batch;

    protected DataViewRowCursor Input { get; } = input;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        active[column.Index] ? Input.GetGetter<TValue>(column) : throw CursorErrors.Inactive(column);

    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    public sealed override bool MoveNext()
    {
        if (_done)
            return false;
        if (MoveNextCore())
        {
            _position++;
            return true;
        }
        Dispose();
        return false;
    }

    protected abstract bool MoveNextCore();

    protected override void Dispose(bool disposing)
    {
        _done = true;
        _position = -1;
        Input.Dispose();
    }
}
