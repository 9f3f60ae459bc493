namespace Microsoft.ML.Data;

public static class VBufferEditor
{
    public static VBufferEditor<T> CreateFromBuffer<T>(ref VBuffer<T> destination) =>
        new(destination.Length, destination.GetValues().Length, destination.RawValues, destination.RawIndices, false, false);

    public static VBufferEditor<T> Create<T>(ref VBuffer<T> destination, int newLogicalLength, int? valuesCount = null,
        int? maxValuesCapacity = null, bool keepOldOnResize = false, bool requireIndicesOnDense = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(newLogicalLength);
        var count = valuesCount ?? newLogicalLength;
        if (count < 0 || count > newLogicalLength)
            throw new ArgumentOutOfRangeException(
                nameof(valuesCount), valuesCount, $"The number of values must lie in 0..{newLogicalLength}.");
        var capacity = Math.Max(maxValuesCapacity ?? newLogicalLength, count);

        var values = destination.RawValues;
        var newValues = Grow(ref values, count, capacity, keepOldOnResize);
        var indices = destination.RawIndices;
        var newIndices = (count < newLogicalLength || requireIndicesOnDense) && Grow(ref indices, count, capacity, keepOldOnResize);
        return new(newLogicalLength, count, values, indices, newValues, newIndices);
    }

    private static bool Grow<TItem>(ref TItem[] array, int needed, int capacity, bool keepOld)
    {
        var length = array?.Length ?? 0;
        if (length >= needed)
            return false;
        var grown = new TItem[Math.Min(capacity, Math.Max(needed, 2 * (long)length))];
        if (keepOld && length > 0)
            Array.Copy(array, grown, length);
        array = grown;
        return true;
    }
}

public readonly ref struct VBufferEditor<T>
{
    private readonly int _length;
    private readonly T[] _values;
    private readonly int[] _indices;

    public readonly Span<T> Values;
    public readonly Span<int> Indices;

    internal VBufferEditor(int length, int count, T[] values, int[] indices, bool createdNewValues, bool createdNewIndices)
    {
        _length = length;
        _values = values;
        _indices = indices;
        Values = values.AsSpan(0, count);
        Indices = indices == null ? default : indices.AsSpan(0, Math.Min(count, indices.Length));
        CreatedNewValues = createdNewValues;
        CreatedNewIndices = createdNewIndices;
    }

    public bool CreatedNewValues { get; }

    public bool CreatedNewIndices { get; }

    public VBuffer<T> Commit() => new(_length, Values.Length, _values, _indices);

    public VBuffer<T> CommitTruncated(int physicalValuesCount) => new(_length, physicalValuesCount, _values, _indices);
}
