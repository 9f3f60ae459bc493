namespace Microsoft.ML.Data;

/// <summary>The lines of files as rows, read anew by every cursor.</summary>
internal sealed class TextView(DataViewSchema schema, TextColumn[] columns, TextLoader.Options options, IMultiStreamSource source)
    : ViewBase(schema)
{
    public override long? GetRowCount() => null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(Schema, Active(columnsNeeded), columns, options, source);

    private sealed class Cursor(
        DataViewSchema schema, bool[] active, TextColumn[] columns, TextLoader.Options options, IMultiStreamSource source)
        : RootCursor(schema, active)
    {
        private readonly LineReader _reader = new(source, options, skipHeader: true);
        private long _left = options.MaxRows ?? long.MaxValue;

        protected override bool MoveNextCore() => _left-- > 0 && _reader.MoveNext();

        protected override Delegate CreateGetter(int columnIndex) => columns[columnIndex].CreateGetter(_reader, options, CheckRow);

        protected override void Dispose(bool disposing)
        {
            _reader.Dispose();
            base.Dispose(disposing);
        }
    }
}
