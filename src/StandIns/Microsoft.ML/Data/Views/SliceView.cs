namespace Microsoft.ML.Data;

/// <summary>Skips rows, then takes rows.</summary>
internal sealed class SliceView(IDataView input, long skip, long take) : ViewBase(input.Schema)
{
    public override long? GetRowCount() => input.GetRowCount() is { } count ? Math.Clamp(count - skip, 0, take) : null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Active(columnsNeeded);
        return new Cursor(Schema, active, input.GetRowCursor(Schema.Where(column => active[column.Index])), skip, take);
    }

    private sealed class Cursor(DataViewSchema schema, bool[] active, DataViewRowCursor input, long skip, long take)
        : PassingCursor(schema, active, input)
    {
        private long _toSkip = skip;
        private long _toTake = take;

        protected override bool MoveNextCore()
        {
            for (; _toSkip > 0; _toSkip--)
            {
                if (!Input.MoveNext())
                    return false;
            }
            return _toTake-- > 0 && Input.MoveNext();
        }
    }
}
