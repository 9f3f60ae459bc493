namespace Microsoft.ML.Data;

/// <summary>A row over one object that the caller replaces: the input of a prediction, the output of a custom mapping.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
{
    private readonly RowMember[] _members;
    private readonly Delegate[] _getters;
    private readonly RowReader<TRow> _reader;
    private TRow _current;
    private long _position = -1;

    public ObjectRow(DataViewSchema schema, RowMember[] members)
    {
        Schema = schema;
        _members = members;
        _getters = new Delegate[members.Length];
        _reader = new(() => _position >= 0 ? _current : throw new InvalidOperationException(CursorErrors.NoRow));
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Set(TRow current)
    {
        _current = current ?? throw new ArgumentNullException(nameof(current));
        _position++;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)_position, 0);

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        CursorErrors.Typed<TValue>(_getters[column.Index] ??= _reader.CreateGetter(_members[column.Index]), column);
}
