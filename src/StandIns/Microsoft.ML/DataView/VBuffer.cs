using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A dense or sparse vector whose arrays are reused from row to row.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null) : this(length, length, values, indices)
    {
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (count < 0 || count > length)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The number of explicit values must lie in 0..{length}.");
        if ((values?.Length ?? 0) < count)
            throw new ArgumentException($"There are fewer values ({values?.Length ?? 0}) than the count says ({count}).", nameof(values));
        if (count < length && count > 0 && (indices?.Length ?? 0) < count)
            throw new ArgumentException(
                $"There are fewer indices ({indices?.Length ?? 0}) than the count says ({count}).", nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    internal T[] RawValues => _values;

    internal int[] RawIndices => _indices;

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public T GetItemOrDefault(int index)
    {
        if ((uint)index >= (uint)Length)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The vector has {Length} slots.");
        if (IsDense)
            return _values[index];
        var at = Array.BinarySearch(_indices ?? [], 0, _count, index);
        return at >= 0 ? _values[at] : default;
    }

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }
        target.Fill(defaultValue);
        for (var i = 0; i < _count; i++)
            target[_indices[i]] = _values[i];
    }

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, IsDense ? null : _count);
        GetValues().CopyTo(editor.Values);
        if (!IsDense)
            GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        if (sourceIndex < 0 || length < 0 || sourceIndex > Length - length)
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"Slots {sourceIndex}..{(long)sourceIndex + length} are not within 0..{Length}.");
        if (IsDense)
        {
            Copy(_values, sourceIndex, ref destination, length);
            return;
        }
        var indices = GetIndices();
        var first = LowerBound(indices, sourceIndex);
        var count = LowerBound(indices, sourceIndex + length) - first;
        var editor = VBufferEditor.Create(ref destination, length, count);
        for (var i = 0; i < count; i++)
        {
            editor.Values[i] = _values[first + i];
            if (count < length)
                editor.Indices[i] = _indices[first + i] - sourceIndex;
        }
        destination = editor.Commit();
    }

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        if (IsDense)
        {
            for (var i = 0; i < Length; i++)
                yield return new(i, _values[i]);
            yield break;
        }
        var next = 0;
        for (var i = 0; i < (all ? Length : _count); i++)
        {
            if (!all)
                yield return new(_indices[i], _values[i]);
            else if (next < _count && _indices[next] == i)
                yield return new(i, _values[next++]);
            else
                yield return new(i, default);
        }
    }

    public IEnumerable<T> DenseValues() => Items(all: true).Select(item => item.Value);

    public IEnumerator GetEnumerator() => DenseValues().GetEnumerator();

    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    private static int LowerBound(ReadOnlySpan<int> indices, int value)
    {
        var at = indices.BinarySearch(value);
        return at >= 0 ? at : ~at;
    }
}
