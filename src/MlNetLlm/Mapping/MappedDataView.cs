using Microsoft.ML;

namespace MlNetLlm.Mapping;

/// <summary>
/// A view with computed columns. A reader of any of them walks the input once, whatever else it reads: a column that an earlier step
/// computed and one that is computed from it cost one pass of each. At most a batch of rows is in memory.
/// </summary>
internal sealed class MappedDataView<TInput, TOutput>(IDataView input, RowMapping<TInput, TOutput> mapping) : IDataView
{
    // Rows keep their order, so that what is computed from a row's position does not change with the reader.
    public bool CanShuffle => false;

    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var active = needed.Select(column => column.Index).ToHashSet();
        var rows = input.GetRowCursor(mapping.GetDependencies(needed));
        return needed.Exists(mapping.IsAdded)
            ? new MappedCursor<TInput, TOutput>(mapping, rows, active)
            : new PassingCursor<TInput, TOutput>(mapping, rows, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
