namespace Microsoft.ML.Data;

/// <summary>Getters of annotations from plain values: scalars, strings, arrays, vectors.</summary>
internal static class AnnotationGetters
{
    public static Delegate Of(object value, DataViewType type)
    {
        var item = type is VectorDataViewType vector ? vector.ItemType.RawType : type.RawType;
        var values = value is string text ? text.AsMemory() : value is string[] texts ? Array.ConvertAll(texts, t => t.AsMemory()) : value;
        return values is Array
            ? DataViewTypes.CallGeneric<Delegate>(null, typeof(AnnotationGetters), nameof(OfArray), item, values)
            : type is VectorDataViewType
                ? DataViewTypes.CallGeneric<Delegate>(null, typeof(AnnotationGetters), nameof(OfBuffer), item, values)
                : DataViewTypes.CallGeneric<Delegate>(null, typeof(AnnotationGetters), nameof(OfScalar), item, values);
    }

    public static ValueGetter<VBuffer<T>> OfArray<T>(T[] values) =>
        (ref VBuffer<T> destination) => VBuffer<T>.Copy(values, 0, ref destination, values.Length);

    public static ValueGetter<VBuffer<T>> OfBuffer<T>(VBuffer<T> values) => (ref VBuffer<T> destination) => values.CopyTo(ref destination);

    public static ValueGetter<T> OfScalar<T>(T value) => (ref T destination) => destination = value;
}
