using Microsoft.ML;

namespace MlNetLlm.Mapping;

/// <summary>
/// A view with computed columns. Two cursors walk the input in step: the reader's own, and one that runs up to a batch ahead with only the
/// columns the computation needs. So nothing of the reader's row has to be copied.
/// </summary>
internal sealed class MappedDataView<TInput, TOutput>(IDataView input, RowMapping<TInput, TOutput> mapping) : IDataView
{
    // Both cursors must see the same order.
    public bool CanShuffle => false;

    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded.ToList();
        var passed = needed.Where(c => !mapping.IsAdded(c)).Select(c => input.Schema[c.Index]);
        var ahead = needed.Exists(mapping.IsAdded) ? input.GetRowCursor(mapping.Inputs) : null;
        return new MappedCursor<TInput, TOutput>(mapping, input.GetRowCursor(passed), ahead, needed.Select(c => c.Index).ToHashSet());
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
