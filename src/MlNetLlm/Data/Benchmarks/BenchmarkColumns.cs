using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>Columns of the readers' rows.</summary>
internal static class BenchmarkColumns
{
    public static RowsColumn<T> Text<T>(string name, Func<T, string> value) =>
        new(name, TextDataViewType.Instance, (T row) => value(row).AsMemory());

    public static RowsColumn<T> Texts<T>(string name, Func<T, IReadOnlyList<string>> values) =>
        new(name, new VectorDataViewType(TextDataViewType.Instance), (T row) =>
        {
            var texts = values(row).Select(text => text.AsMemory()).ToArray();
            return new VBuffer<ReadOnlyMemory<char>>(texts.Length, texts);
        });

    public static RowsColumn<T> Numbers<T>(string name, Func<T, IReadOnlyList<int>> values) =>
        new(name, new VectorDataViewType(NumberDataViewType.Int32), (T row) =>
        {
            var numbers = values(row).ToArray();
            return new VBuffer<int>(numbers.Length, numbers);
        });

    /// <summary>A key whose values are named; the index -1 stands for a missing one.</summary>
    public static RowsColumn<T> Key<T>(string name, IReadOnlyList<string> names, Func<T, int> index)
    {
        var texts = names.Select(text => text.AsMemory()).ToArray();
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, texts.Length),
            (ref VBuffer<ReadOnlyMemory<char>> values) => values = new VBuffer<ReadOnlyMemory<char>>(texts.Length, texts));
        return new(name, new KeyDataViewType(typeof(uint), texts.Length), (T row) => (uint)(index(row) + 1), annotations.ToAnnotations());
    }
}
