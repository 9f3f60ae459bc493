using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>Key values of one kind: read from annotations as text, and made again from text.</summary>
internal abstract class LabelValues(DataViewType item)
{
    private static readonly Dictionary<LabelKind, LabelValues> _all = new()
    {
        [LabelKind.Text] = new LabelValues<ReadOnlyMemory<char>>(TextDataViewType.Instance, text => text.AsMemory()),
        [LabelKind.Boolean] = new LabelValues<bool>(BooleanDataViewType.Instance, bool.Parse),
        [LabelKind.Int32] = new LabelValues<int>(NumberDataViewType.Int32, text => int.Parse(text, CultureInfo.InvariantCulture)),
        [LabelKind.Int64] = new LabelValues<long>(NumberDataViewType.Int64, text => long.Parse(text, CultureInfo.InvariantCulture)),
        [LabelKind.UInt32] = new LabelValues<uint>(NumberDataViewType.UInt32, text => uint.Parse(text, CultureInfo.InvariantCulture)),
        [LabelKind.Single] = new LabelValues<float>(NumberDataViewType.Single, text => float.Parse(text, CultureInfo.InvariantCulture)),
        [LabelKind.Double] = new LabelValues<double>(NumberDataViewType.Double, text => double.Parse(text, CultureInfo.InvariantCulture)),
    };

    protected DataViewType Item { get; } = item;

    /// <summary>The values of a kind.</summary>
    public static LabelValues Of(LabelKind kind) => _all[kind];

    /// <summary>The kind whose values have a type, or null when none has.</summary>
    public static LabelKind? KindOf(DataViewType item) =>
        _all.Where(pair => pair.Value.Item.Equals(item)).Select(pair => (LabelKind?)pair.Key).FirstOrDefault();

    /// <summary>The values of an annotation.</summary>
    public abstract IReadOnlyList<string> Read(DataViewSchema.Annotations annotations, string name);

    /// <summary>Annotations with one vector of these values.</summary>
    public abstract DataViewSchema.Annotations Annotations(string name, IReadOnlyList<string> values);

    /// <summary>A key column of these values, made from a column of single values.</summary>
    public abstract SavedOutput Key(string from, string column, IReadOnlyList<string> values);
}

/// <inheritdoc/>
internal sealed class LabelValues<T>(DataViewType item, Func<string, T> parse) : LabelValues(item)
{
    public override IReadOnlyList<string> Read(DataViewSchema.Annotations annotations, string name)
    {
        var values = default(VBuffer<T>);
        annotations.GetValue(name, ref values);
        return [.. values.DenseValues().Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}"))];
    }

    public override DataViewSchema.Annotations Annotations(string name, IReadOnlyList<string> values)
    {
        T[] items = [.. values.Select(parse)];
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(name, new VectorDataViewType((PrimitiveDataViewType)Item, items.Length),
            (ref VBuffer<T> target) => target = new VBuffer<T>(items.Length, items));
        return builder.ToAnnotations();
    }

    public override SavedOutput Key(string from, string column, IReadOnlyList<string> values)
    {
        var known = new RowsView<T>(() => values.Select(parse), new RowsColumn<T>("Value", Item, (T row) => row));
        return new(ml => ml.Transforms.Conversion.MapValueToKey(column, from, keyData: known));
    }
}
