using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

/// <summary>A view written outside the package, row i being i squared; it knows how many of its cursors are open.</summary>
internal sealed class CountingView : IDataView
{
    private readonly int _rows;

    public CountingView(int rows)
    {
        _rows = rows;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Square", NumberDataViewType.Int64);
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public int OpenCursors { get; private set; }

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        OpenCursors++;
        return new Cursor(this, columnsNeeded.Any());
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(CountingView view, bool active) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position < view._rows ? _position : -1;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => active;

        public override bool MoveNext() => ++_position < view._rows;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<long> getter = (ref long value) => value = _position * _position;
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column 'Square' holds Int64, not {typeof(TValue)}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                view.OpenCursors--;
            base.Dispose(disposing);
        }
    }
}
