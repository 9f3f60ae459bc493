namespace Microsoft.ML.Data;

/// <summary>The objects of a sequence as rows; every cursor enumerates the sequence anew.</summary>
internal sealed class EnumerableView<TRow>(IEnumerable<TRow> data, RowMember[] members) : ViewBase(RowMember.SchemaOf(members))
    where TRow : class
{
    public override long? GetRowCount() => (data as ICollection<TRow>)?.Count;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(Schema, Active(columnsNeeded), members, data.GetEnumerator());

    private sealed class Cursor : RootCursor
    {
        private readonly RowMember[] _members;
        private readonly IEnumerator<TRow> _rows;
        private readonly RowReader<TRow> _reader;

        public Cursor(DataViewSchema schema, bool[] active, RowMember[] members, IEnumerator<TRow> rows) : base(schema, active)
        {
            _members = members;
            _rows = rows;
            _reader = new(Current);
        }

        protected override bool MoveNextCore()
        {
            if (!_rows.MoveNext())
                return false;
            return _rows.Current != null
                ? true
                : throw new InvalidOperationException("Encountered null when iterating over data, this is not supported.");
        }

        protected override Delegate CreateGetter(int columnIndex) => _reader.CreateGetter(_members[columnIndex]);

        protected override void Dispose(bool disposing)
        {
            _rows.Dispose();
            base.Dispose(disposing);
        }

        private TRow Current()
        {
            CheckRow();
            return _rows.Current;
        }
    }
}
