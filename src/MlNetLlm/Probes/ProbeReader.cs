using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>Finds and reads the columns of features and labels.</summary>
internal static class ProbeReader
{
    private const string FeaturesExpected = "a vector of Single of known size", LabelExpected = "a key of 2 or more values";

    /// <exception cref="ArgumentException">The column is missing, or no vector of Single of known size.</exception>
    public static DataViewSchema.Column Features(DataViewSchema schema, string name) => Columns.Find(
        schema, name, nameof(ProbeOptions.FeaturesColumn),
        type => type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType.Equals(NumberDataViewType.Single),
        FeaturesExpected);

    /// <exception cref="ArgumentException">The column is missing, or no key of two values or more.</exception>
    public static DataViewSchema.Column Label(DataViewSchema schema, string name) => Columns.Find(
        schema, name, nameof(ProbeOptions.LabelColumn), type => type is KeyDataViewType { Count: >= 2 and <= SavedVector.MaxSize },
        LabelExpected);

    /// <inheritdoc cref="Features(DataViewSchema, string)"/>
    public static SchemaShape.Column Features(SchemaShape shape, string name) => Columns.Find(
        shape, name, nameof(ProbeOptions.FeaturesColumn),
        column => column.Kind == SchemaShape.Column.VectorKind.Vector && column.ItemType.Equals(NumberDataViewType.Single),
        FeaturesExpected);

    /// <inheritdoc cref="Label(DataViewSchema, string)"/>
    public static SchemaShape.Column Label(SchemaShape shape, string name) => Columns.Find(
        shape, name, nameof(ProbeOptions.LabelColumn),
        column => column.Kind == SchemaShape.Column.VectorKind.Scalar && column.IsKey, LabelExpected);

    /// <summary>How many numbers a features column has.</summary>
    public static int Size(DataViewSchema.Column features) => ((VectorDataViewType)features.Type).Size;

    /// <summary>Reads a row's features into a span of their size.</summary>
    public static FeaturesGetter FeaturesOf(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<float>>(column);
        var vector = default(VBuffer<float>);
        return target =>
        {
            getter(ref vector);
            vector.CopyTo(target);
            if (!float.IsFinite(TensorPrimitives.MaxMagnitude(target))) throw NotFinite(row, column, target);   // NaN if one is
        };
    }

    /// <summary>Reads a row's label: 0 to classes - 1, or -1 where it is missing.</summary>
    public static Func<int> LabelOf(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var raw when raw == typeof(byte) => Label<byte>(row, column, key => key),
        var raw when raw == typeof(ushort) => Label<ushort>(row, column, key => key),
        var raw when raw == typeof(uint) => Label<uint>(row, column, key => key),
        _ => Label<ulong>(row, column, key => key),
    };

    /// <summary>Reads data whole.</summary>
    /// <param name="input">The data.</param>
    /// <param name="features">Its columns of features.</param>
    /// <param name="labels">Its label columns.</param>
    /// <param name="cacheMebibytes">What stays in memory at most.</param>
    /// <param name="cancellationToken">Stops within some rows.</param>
    /// <exception cref="InvalidDataException">A feature is not finite, or there are no rows.</exception>
    public static ProbeData Read(
        IDataView input, IReadOnlyList<DataViewSchema.Column> features, IReadOnlyList<DataViewSchema.Column> labels, int cacheMebibytes,
        CancellationToken cancellationToken)
    {
        int[] sizes = [.. features.Select(Size)];
        var data = new ProbeData(sizes, [.. labels.Select(label => (int)((KeyDataViewType)label.Type).Count)], (long)cacheMebibytes << 20);
        try
        {
            using var stop = WorkStop.Lend(cancellationToken);
            using var cursor = input.GetRowCursor(features.Concat(labels));
            var getFeatures = features.Select(column => FeaturesOf(cursor, column)).ToArray();
            var getLabels = labels.Select(column => LabelOf(cursor, column)).ToArray();
            var row = new float[data.Rows.Width];
            while (cursor.MoveNext())
            {
                if (cursor.Position % 1024 == 0) cancellationToken.ThrowIfCancellationRequested();
                var at = 0;
                for (var i = 0; i < sizes.Length; at += sizes[i++]) getFeatures[i](row.AsSpan(at, sizes[i]));
                foreach (var get in getLabels) row[at++] = get();
                data.Add(row);
            }
            return data.Count > 0 ? data : throw new InvalidDataException("The data has no rows; a probe needs at least one.");
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static InvalidDataException NotFinite(DataViewRow row, DataViewSchema.Column column, ReadOnlySpan<float> features)
    {
        var slot = 0;
        while (float.IsFinite(features[slot])) slot++;
        return new(
            $"Row {row.Position} of column '{column.Name}' has {features[slot]} in slot {slot}; features must be finite numbers. "
            + "Leave the row out, or replace the value.");
    }

    private static Func<int> Label<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ulong> raw)
    {
        var getter = row.GetGetter<T>(column);
        var count = ((KeyDataViewType)column.Type).Count;
        var key = default(T)!;
        return () =>
        {
            getter(ref key);
            return raw(key) <= count ? (int)raw(key) - 1 : throw new InvalidDataException(
                $"Row {row.Position} of column '{column.Name}' has key {key}; the column's type says at most {count}.");
        };
    }
}

/// <summary>Reads a row's features.</summary>
/// <param name="target">Takes them; as long as they are.</param>
internal delegate void FeaturesGetter(Span<float> target);
