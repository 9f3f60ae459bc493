using System.Numerics;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Data;

/// <summary>What normalisers learn of one slot, by Welford's updates. NaN is passed over.</summary>
internal struct SlotStatistics
{
    private double _min;
    private double _max;
    private double _mean;
    private double _squares;
    private long _count;

    public void Add(double value)
    {
        if (double.IsNaN(value))
            return;
        _min = _count == 0 ? value : Math.Min(_min, value);
        _max = _count == 0 ? value : Math.Max(_max, value);
        _count++;
        var distance = value - _mean;
        _mean += distance / _count;
        _squares += distance * (value - _mean);
    }

    /// <summary>To [-1, 1] about zero, or to [0, 1]. A constant slot becomes 0.</summary>
    public readonly (double Scale, double Offset) MinMax(bool fixZero)
    {
        if (!(_max > _min))
            return (0, 0);
        return fixZero ? (1 / Math.Max(Math.Abs(_max), Math.Abs(_min)), 0) : (1 / (_max - _min), _min);
    }

    /// <summary>To a mean square of 1 about zero, or to mean 0 and variance 1. A constant slot becomes 0.</summary>
    public readonly (double Scale, double Offset) MeanVariance(bool fixZero)
    {
        if (_squares == 0)
            return (0, 0);
        var variance = _squares / _count;
        return fixZero ? (1 / Math.Sqrt(variance + _mean * _mean), 0) : (1 / Math.Sqrt(variance), _mean);
    }
}

/// <summary>Statistics of all slots of a column.</summary>
internal abstract class ColumnStatistics
{
    public static bool Accepts(DataViewType itemType) => itemType == NumberDataViewType.Single || itemType == NumberDataViewType.Double;

    public static ArgumentOutOfRangeException Mismatch(string name, string actual) =>
        new(nameof(name),
            $"Schema mismatch for input column '{name}': expected Single, Double or a known-size vector of either, got {actual}");

    public static ColumnStatistics Over(DataViewRow row, DataViewSchema.Column column) =>
        Accepts(column.Type.ItemType()) && column.Type is not VectorDataViewType { IsKnownSize: false }
            ? DataViewTypes.CallGeneric<ColumnStatistics>(
                null, typeof(ColumnStatistics), nameof(Create), column.Type.ItemType().RawType, row, column)
            : throw new ArgumentOutOfRangeException(
                "srcType",
                $"Wrong column type for input column. Expected: Single, Double, Vector of Single or Vector of Double. Got: {column.Type}.");

    public abstract void ReadRow();

    public abstract NormalizingTransformer.NormalizerModelParametersBase Finish(Func<SlotStatistics, (double Scale, double Offset)> rule);

    private static ColumnStatistics Create<T>(DataViewRow row, DataViewSchema.Column column) where T : IFloatingPointIeee754<T> =>
        new ColumnStatistics<T>(row, column);
}

internal sealed class ColumnStatistics<T> : ColumnStatistics where T : IFloatingPointIeee754<T>
{
    private readonly SlotStatistics[] _slots;
    private readonly ValueGetter<T> _scalar;
    private readonly ValueGetter<VBuffer<T>> _vector;
    private T _value;
    private VBuffer<T> _values;

    public ColumnStatistics(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType vector)
            _vector = row.GetGetter<VBuffer<T>>(column);
        else
            _scalar = row.GetGetter<T>(column);
        _slots = new SlotStatistics[(column.Type as VectorDataViewType)?.Size ?? 1];
    }

    public override void ReadRow()
    {
        if (_scalar != null)
        {
            _scalar(ref _value);
            _slots[0].Add(double.CreateTruncating(_value));
            return;
        }
        _vector(ref _values);
        if (_values.Length != _slots.Length)
            throw new InvalidOperationException($"Normalizer expected {_slots.Length} slots but got {_values.Length}");
        if (!_values.IsDense)
            _values.CopyToDense(ref _values);
        var values = _values.GetValues();
        for (var i = 0; i < values.Length; i++)
            _slots[i].Add(double.CreateTruncating(values[i]));
    }

    public override NormalizingTransformer.NormalizerModelParametersBase Finish(Func<SlotStatistics, (double Scale, double Offset)> rule)
    {
        var affine = Array.ConvertAll(_slots, slot => rule(slot));
        var scale = Array.ConvertAll(affine, slot => T.CreateTruncating(slot.Scale));
        var offset = Array.ConvertAll(affine, slot => T.CreateTruncating(slot.Offset));
        return NormalizingTransformer.NormalizerModelParametersBase.Create(_vector != null, scale, offset);
    }
}
