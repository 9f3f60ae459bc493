using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Tests.Data.Benchmarks;

/// <summary>Reads benchmarks of the catalog for tests; a test is ignored where the data is not on the machine.</summary>
internal static class BenchmarkData
{
    public static IDataView Read(string name, BenchmarkOptions? options = null)
    {
        var benchmark = Benchmark.Find(name);
        if (!DatasetCatalog.Default.Has(benchmark.Dataset))
            Assert.Ignore($"Data set '{benchmark.Dataset}' is not on this machine; see datasets/README.md.");
        var dataset = DatasetCatalog.Default.Find(benchmark.Dataset);
        return benchmark.Shape switch
        {
            BenchmarkShape.MultipleChoice => MultipleChoiceReader.Read(benchmark, dataset, options),
            BenchmarkShape.Generation => GenerationReader.Read(benchmark, dataset, options),
            _ => ConlluReader.Read(benchmark, dataset, options),
        };
    }

    /// <summary>Reads every column of every row and counts the rows.</summary>
    public static int CountRows(IDataView data)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        var reads = data.Schema.Select(column => ReadOf(cursor, column)).ToList();
        var rows = 0;
        for (; cursor.MoveNext(); rows++)
            reads.ForEach(read => read());
        return rows;
    }

    public static string[] Texts(this IDataView data, string column) => [.. data.GetColumn<string>(column)];

    public static int[] Numbers(this IDataView data, string column) => [.. data.GetColumn<int>(column)];

    public static string[][] TextLists(this IDataView data, string column) =>
        [.. data.GetColumn<VBuffer<ReadOnlyMemory<char>>>(column)
            .Select(list => list.DenseValues().Select(text => text.ToString()).ToArray())];

    public static int[][] NumberLists(this IDataView data, string column) =>
        [.. data.GetColumn<VBuffer<int>>(column).Select(list => list.DenseValues().ToArray())];

    private static Action ReadOf(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => ReadOf<ReadOnlyMemory<char>>(row, column),
        KeyDataViewType => ReadOf<uint>(row, column),
        VectorDataViewType { ItemType: TextDataViewType } => ReadOf<VBuffer<ReadOnlyMemory<char>>>(row, column),
        VectorDataViewType => ReadOf<VBuffer<int>>(row, column),
        _ => ReadOf<int>(row, column),
    };

    private static Action ReadOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () => getter(ref value);
    }
}
