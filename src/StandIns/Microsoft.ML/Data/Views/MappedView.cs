namespace Microsoft.ML.Data;

/// <summary>The rows of another view with columns added.</summary>
internal sealed class MappedView(IDataView input, RowMapper mapper) : ViewBase(mapper.OutputSchema)
{
    public override bool CanShuffle => input.CanShuffle;

    public override long? GetRowCount() => input.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        mapper.Over(input, columnsNeeded, rand);
}
