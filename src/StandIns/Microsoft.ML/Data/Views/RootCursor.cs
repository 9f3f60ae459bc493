namespace Microsoft.ML.Data;

/// <summary>A cursor that makes its rows itself; it keeps the position and the typed getters of the active columns.</summary>
internal abstract class RootCursor(DataViewSchema schema, bool[] active) : DataViewRowCursor
{
    private Delegate[] _getters;
    private long _position = -1;
    private bool _done;

    public sealed override DataViewSchema Schema => schema;

    public sealed override long Position => _position;

    public override long Batch => 0;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if ((uint)column.Index >= (uint)active.Length || !active[column.Index])
            throw CursorErrors.Inactive(column);
        _getters ??= new Delegate[active.Length];
        return CursorErrors.Typed<TValue>(_getters[column.Index] ??= CreateGetter(column.Index), schema[column.Index]);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        CheckRow();
        id = new((ulong)_position, 0);
    };

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

    protected abstract Delegate CreateGetter(int columnIndex);

    internal void CheckRow()
    {
        if (_position < 0)
            throw new InvalidOperationException(CursorErrors.NoRow);
    }

    protected override void Dispose(bool disposing)
    {
        _done = true;
        _position = -1;
        base.Dispose(disposing);
    }
}
