using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;

namespace MlNetLlm.Mapping;

/// <summary>Data without rows, for fitting components that only need the schema.</summary>
internal static class EmptyRows
{
    /// <summary>No rows, with text columns of the given names.</summary>
    public static IDataView OfText(params IEnumerable<string> names) => new RowsView<string>(
        () => [], [.. names.Select(name => new RowsColumn<string>(name, TextDataViewType.Instance, (string row) => row.AsMemory()))]);
}
