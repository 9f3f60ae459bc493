namespace Microsoft.ML.Data;

/// <summary>The tests that filters put to a row.</summary>
internal static class RowTests
{
    /// <summary>Whether a number lies in [lower, upper), or outside for the complement. NaN is in neither.</summary>
    public static Func<bool> Range(DataViewRow row, DataViewSchema.Column column, double lower, double upper, bool complement = false)
    {
        var value = ReadFraction(row, column);
        return complement
            ? () => value() is var x && (x < lower || x >= upper)
            : () => value() is var x && lower <= x && x < upper;
    }

    /// <summary>Whether all slots of a column have a value: no NaN, no key 0.</summary>
    public static Func<bool> Present(DataViewRow row, DataViewSchema.Column column)
    {
        var item = column.Type.ItemType();
        if (item is not KeyDataViewType && item != NumberDataViewType.Single && item != NumberDataViewType.Double)
            throw new ArgumentOutOfRangeException(
                nameof(column), $"Column '{column.Name}' has type {column.Type}, which has no missing values.");
        var method = column.Type is VectorDataViewType ? nameof(NoneMissing) : nameof(NotMissing);
        return DataViewTypes.CallGeneric<Func<bool>>(null, typeof(RowTests), method, item.RawType, row, column);
    }

    private static Func<bool> NotMissing<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            getter(ref value);
            return !IsMissing(value);
        };
    }

    private static Func<bool> NoneMissing<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        var zeroIsMissing = IsMissing(default(T));
        return () =>
        {
            getter(ref values);
            foreach (var value in values.GetValues())
            {
                if (IsMissing(value))
                    return false;
            }
            return values.IsDense || !zeroIsMissing;
        };
    }

    private static bool IsMissing<T>(T value) => value switch
    {
        float single => float.IsNaN(single),
        double number => double.IsNaN(number),
        _ => Keys.ToRaw(value) == 0,
    };

    /// <summary>A number as it is; a key as the middle of its share of 0..1, a missing one as NaN.</summary>
    private static Func<double> ReadFraction(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType key)
            return DataViewTypes.CallGeneric<Func<double>>(null, typeof(RowTests), nameof(ReadKey), key.RawType, row, column, key.Count);
        if (column.Type == NumberDataViewType.Single)
        {
            var single = row.GetGetter<float>(column);
            var value = 0f;
            return () =>
            {
                single(ref value);
                return value;
            };
        }
        var getter = row.GetGetter<double>(column);
        var number = 0d;
        return () =>
        {
            getter(ref number);
            return number;
        };
    }

    private static Func<double> ReadKey<T>(DataViewRow row, DataViewSchema.Column column, ulong count)
    {
        var getter = row.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            getter(ref value);
            var raw = Keys.ToRaw(value);
            return raw == 0 || raw > count ? double.NaN : (raw - 0.5) / count;
        };
    }
}
