using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>
/// The classes of a label column: how many, and their key values, so that a predicted label maps back to what the label was made from. Key
/// values are text, numbers or truth values; of a label that has others, or none, the numbers from 1 as text.
/// </summary>
/// <param name="Kind">What the key values are.</param>
/// <param name="Names">The key values as text, one a class.</param>
internal sealed record LabelClasses(LabelKind Kind, IReadOnlyList<string> Names)
{
    private const string KeyValues = "KeyValues", SlotNames = "SlotNames";

    /// <summary>How many classes there are.</summary>
    [JsonIgnore]
    public int Count => Names.Count;

    /// <summary>The first few names, for messages.</summary>
    [JsonIgnore]
    public string Start => string.Join(", ", Names.Take(5)) + (Count > 5 ? $", … {Count} in all" : "");

    /// <summary>Finds the classes of a key column.</summary>
    public static LabelClasses Of(DataViewSchema.Column label)
    {
        var count = (int)((KeyDataViewType)label.Type).Count;
        var type = label.Annotations.Schema.GetColumnOrNull(KeyValues)?.Type as VectorDataViewType;
        if (type?.Size == count && LabelValues.KindOf(type.ItemType) is { } kind)
        {
            var names = LabelValues.Of(kind).Read(label.Annotations, KeyValues);
            if (names.Distinct(StringComparer.Ordinal).Count() == count) return new(kind, names);
        }
        return new(LabelKind.Text, [.. Enumerable.Range(1, count).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>Classes as an estimator promises them, before there is data: their kind is known, not which they are.</summary>
    public static LabelClasses Promised(SchemaShape.Column label)
    {
        var kind = label.Annotations.Where(annotation => annotation.Name == KeyValues)
            .Select(annotation => LabelValues.KindOf(annotation.ItemType)).FirstOrDefault() ?? LabelKind.Text;
        return new(kind, kind == LabelKind.Boolean ? ["False", "True"] : ["1", "2"]);
    }

    /// <summary>The annotations of a key column of these classes.</summary>
    public DataViewSchema.Annotations KeyAnnotations() => LabelValues.Of(Kind).Annotations(KeyValues, Names);

    /// <summary>The annotations of a score column: its slots' names, as text.</summary>
    public DataViewSchema.Annotations SlotAnnotations() => LabelValues.Of(LabelKind.Text).Annotations(SlotNames, Names);

    /// <summary>The key column in a saved model, made from a column with the class's value.</summary>
    public SavedOutput SavedKey(string from, string column) => LabelValues.Of(Kind).Key(from, column, Names);
}
