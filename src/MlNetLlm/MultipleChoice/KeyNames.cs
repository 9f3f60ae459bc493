using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.MultipleChoice;

/// <summary>The names of a key's values.</summary>
internal static class KeyNames
{
    private const string Kind = "KeyValues";

    /// <summary>The names of a label's values: those of its column where it has texts for them, else A, B, … or numbers from 1.</summary>
    public static IReadOnlyList<string> Of(DataViewSchema.Column? label, int count)
    {
        if (label is { } column
            && column.Annotations.Schema.GetColumnOrNull(Kind) is { Type: VectorDataViewType { ItemType: TextDataViewType } type }
            && type.Size == count)
        {
            var values = default(VBuffer<ReadOnlyMemory<char>>);
            column.Annotations.GetValue(Kind, ref values);
            string[] names = [.. values.DenseValues().Select(value => value.ToString())];
            if (names.Distinct(StringComparer.Ordinal).Count() == count) return names;
        }
        return [.. Enumerable.Range(0, count).Select(i => count <= 26 ? ((char)('A' + i)).ToString() : $"{i + 1}")];
    }

    /// <summary>The annotations of a key column with these names.</summary>
    public static DataViewSchema.Annotations Annotations(IReadOnlyList<string> names) => Texts(Kind, names);

    /// <summary>The annotations of a score column with a slot for each of these names.</summary>
    public static DataViewSchema.Annotations Slots(IReadOnlyList<string> names) => Texts("SlotNames", names);

    private static DataViewSchema.Annotations Texts(string kind, IReadOnlyList<string> names)
    {
        var texts = names.Select(name => name.AsMemory()).ToArray();
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(kind, new VectorDataViewType(TextDataViewType.Instance, texts.Length),
            (ref VBuffer<ReadOnlyMemory<char>> target) => target = new VBuffer<ReadOnlyMemory<char>>(texts.Length, texts));
        return builder.ToAnnotations();
    }
}
