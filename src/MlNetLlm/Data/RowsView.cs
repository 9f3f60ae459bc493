using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Data;

/// <summary>A data view that streams rows from an enumeration started anew for every cursor: forward only, nothing kept.</summary>
/// <typeparam name="TRow">A row as the source makes it.</typeparam>
internal sealed class RowsView<TRow> : IDataView
{
    private readonly Func<IEnumerable<TRow>> _rows;
    private readonly IReadOnlyList<RowsColumn<TRow>> _columns;

    public RowsView(Func<IEnumerable<TRow>> rows, params IReadOnlyList<RowsColumn<TRow>> columns)
    {
        (_rows, _columns) = (rows, columns);
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(this, [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RowsView<TRow> view, HashSet<int> active) : DataViewRowCursor
    {
        private IEnumerator<TRow>? _rows = view._rows().GetEnumerator();
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for with the cursor.");
            if (view._columns[column.Index].Value is not Func<TRow, TValue> value)
                throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}, not {typeof(TValue).Name}.");
            return (ref TValue target) => target = value(Current());
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
            => (ref DataViewRowId id) => { Current(); id = new DataViewRowId((ulong)_position, 0); };

        public override bool MoveNext()
        {
            if (_rows is null)
                return false;
            if (_rows.MoveNext())
            {
                _position++;
                return true;
            }
            Close();
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                Close();
            base.Dispose(disposing);
        }

        private TRow Current() => _rows is not null && _position >= 0
            ? _rows.Current
            : throw new InvalidOperationException("There is no row: MoveNext was not called yet, or returned false.");

        private void Close()
        {
            _rows?.Dispose();
            (_rows, _position) = (null, -1);
        }
    }
}

/// <summary>One column of a <see cref="RowsView{TRow}"/>; <paramref name="Value"/> is a Func from row to the type's raw value.</summary>
internal sealed record RowsColumn<TRow>(
    string Name, DataViewType Type, Delegate Value, DataViewSchema.Annotations? Annotations = null);
