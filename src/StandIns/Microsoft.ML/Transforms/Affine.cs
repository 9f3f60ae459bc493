using System.Numerics;

namespace Microsoft.ML.Data;

internal interface IAffine
{
    bool Fits(DataViewType type);

    Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column);

    void Write(ModelWriter writer);
}

/// <summary>(value - offset) * scale for the slots of a column. Where no slot has an offset, sparse vectors stay sparse.</summary>
internal sealed class Affine<T>(bool isVector, T[] scale, T[] offset) : IAffine where T : IFloatingPointIeee754<T>
{
    private readonly bool _keepsZero = Array.TrueForAll(offset, T.IsZero);

    public bool Fits(DataViewType type) =>
        type.ItemType().RawType == typeof(T)
            && (isVector ? type is VectorDataViewType vector && vector.Size == scale.Length : type is PrimitiveDataViewType);

    public void Write(ModelWriter writer)
    {
        writer.Write(typeof(T) == typeof(float));
        writer.Write(isVector);
        writer.WriteItems<T>(scale);
        writer.WriteItems<T>(offset);
    }

    public Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column) => isVector ? Vector(row, column) : Scalar(row, column);

    private ValueGetter<T> Scalar(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        return (ref T value) =>
        {
            getter(ref value);
            value = (value - offset[0]) * scale[0];
        };
    }

    private ValueGetter<VBuffer<T>> Vector(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> source = default;
        return (ref VBuffer<T> destination) =>
        {
            getter(ref source);
            if (source.Length != scale.Length)
                throw new InvalidOperationException(
                    $"Column '{column.Name}' has {source.Length} slots in this row; the normaliser learned {scale.Length}.");
            if (source.IsDense || _keepsZero)
                source.CopyTo(ref destination);
            else
                source.CopyToDense(ref destination);
            var editor = VBufferEditor.CreateFromBuffer(ref destination);
            var values = editor.Values;
            for (var i = 0; i < values.Length; i++)
            {
                var slot = destination.IsDense ? i : editor.Indices[i];
                values[i] = (values[i] - offset[slot]) * scale[slot];
            }
        };
    }
}
