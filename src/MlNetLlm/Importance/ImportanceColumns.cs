using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Importance;

/// <summary>The columns of importances.</summary>
public static class ImportanceColumns
{
    /// <summary>Added to rows: the importance of every module for the row's data set (Vector of Single, fixed size).</summary>
    public const string Importance = "Importance";

    /// <summary>Name of a data set (text).</summary>
    public const string DataSet = "DataSet";

    /// <summary>Name of a module (text).</summary>
    public const string Module = "Module";

    /// <summary>Number of a module's layer, from 0 (Int32).</summary>
    public const string Layer = "Layer";

    /// <summary>Kind of a module (text).</summary>
    public const string Kind = "Kind";

    /// <summary>Importance of a module for a data set (Double).</summary>
    public const string Score = "Score";

    /// <summary>Number of weights of a module (Int64).</summary>
    public const string Parameters = "Parameters";

    /// <summary>A module's importances over all data sets (Vector of Single, fixed size).</summary>
    public const string Features = "Features";

    private const string SlotNames = "SlotNames";

    internal static IReadOnlyList<OutputColumn<float[]>> For(IReadOnlyList<string> modules) =>
        [OutputColumn<float[]>.OfVector(Importance, Vector(modules.Count), row => row, Slots(modules))];

    internal static VectorDataViewType Vector(int size) => new(NumberDataViewType.Single, size);

    /// <summary>Annotations that name the places of a vector.</summary>
    internal static DataViewSchema.Annotations Slots(IReadOnlyList<string> names)
    {
        var texts = names.Select(name => name.AsMemory()).ToArray();
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(SlotNames, new VectorDataViewType(TextDataViewType.Instance, texts.Length),
            (ref VBuffer<ReadOnlyMemory<char>> target) => target = new VBuffer<ReadOnlyMemory<char>>(texts.Length, texts));
        return builder.ToAnnotations();
    }
}
