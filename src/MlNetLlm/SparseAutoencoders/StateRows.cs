using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Probes;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>Hidden states of a data view's column, normalised, in memory or in a temporary file.</summary>
internal sealed class StateRows : IDisposable
{
    private const string Expected = "a vector of Single";

    private readonly ProbeRows _rows;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private StateRows(int width, int cacheMebibytes) => (Width, _rows) = (width, new ProbeRows(width, (long)cacheMebibytes << 20));

    /// <summary>d: numbers of a hidden state.</summary>
    public int Width { get; }

    /// <summary>How many hidden states there are.</summary>
    public long Count => _rows.Count;

    /// <summary>SHA-256 over all numbers.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Reads a column whole, in one streaming pass.</summary>
    /// <exception cref="ArgumentException">The column is missing or mistyped, or its size is no multiple of the width.</exception>
    /// <exception cref="InvalidDataException">There is no hidden state, or one is not finite.</exception>
    public static StateRows Read(
        IDataView input, string columnName, int width, int cacheMebibytes, CancellationToken cancellationToken)
    {
        var column = Column(input.Schema, columnName);
        var rows = new StateRows(WidthOf(column, width), cacheMebibytes);
        try
        {
            rows.ReadAll(input, column, cancellationToken);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentException">The column is missing or no vector of Single.</exception>
    public static DataViewSchema.Column Column(DataViewSchema schema, string name) => Columns.Find(
        schema, name, $"{nameof(SparseAutoencoderOptions.Columns)}.{nameof(SparseCodeColumns.FeaturesColumn)}",
        type => type is VectorDataViewType vector && vector.ItemType.Equals(NumberDataViewType.Single), Expected);

    /// <inheritdoc cref="Column(DataViewSchema, string)"/>
    public static SchemaShape.Column Column(SchemaShape shape, string name) => Columns.Find(
        shape, name, $"{nameof(SparseAutoencoderOptions.Columns)}.{nameof(SparseCodeColumns.FeaturesColumn)}",
        column => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType.Equals(NumberDataViewType.Single), Expected);

    /// <summary>Copies one hidden state.</summary>
    public void Read(long row, Span<float> target)
    {
        if (_rows.InMemory) _rows.Row(row).CopyTo(target);
        else _rows.Read(new RowRange(row, 1), target);
    }

    /// <summary>Hidden states evenly spaced over all, at most so many: (n, d).</summary>
    public float[] Sample(int most)
    {
        var count = (int)Math.Min(most, Count);
        var sample = new float[count * Width];
        for (var i = 0; i < count; i++) Read(i * Count / count, sample.AsSpan(i * Width, Width));
        return sample;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _hash.Dispose();
    }

    private static int WidthOf(DataViewSchema.Column column, int width)
    {
        var size = ((VectorDataViewType)column.Type).Size;
        if (width == 0)
            return size >= 2 ? size : throw new ArgumentException(size == 0
                ? $"Column '{column.Name}' holds vectors of any length. Set `Width` to the numbers of one hidden state."
                : $"Column '{column.Name}' holds vectors of {size} number; a hidden state has 2 or more.");
        return size % width == 0 ? width : throw new ArgumentException(
            $"Column '{column.Name}' holds vectors of {size} numbers, which are no whole number of hidden states of Width {width}. "
            + "Set `Width` to the model's width, or to 0 for one state a row.");
    }

    private void ReadAll(IDataView input, DataViewSchema.Column column, CancellationToken cancellationToken)
    {
        using var stop = WorkStop.Lend(cancellationToken);
        using var cursor = input.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        var vector = default(VBuffer<float>);
        var states = Array.Empty<float>();
        while (cursor.MoveNext())
        {
            if (cursor.Position % 1024 == 0) cancellationToken.ThrowIfCancellationRequested();
            getter(ref vector);
            if (vector.Length % Width != 0)
                throw new InvalidDataException(
                    $"Row {cursor.Position} of column '{column.Name}' has {vector.Length} numbers, no whole number of hidden states of "
                    + $"{Width}. Set `Width` to the model's width.");
            if (states.Length < vector.Length) states = new float[vector.Length];
            vector.CopyTo(states);
            for (var at = 0; at < vector.Length; at += Width) Add(states.AsSpan(at, Width), cursor.Position, column.Name);
        }
        if (Count == 0)
            throw new InvalidDataException($"Column '{column.Name}' holds no hidden state; an autoencoder needs at least one.");
        Fingerprint = Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    private void Add(Span<float> state, long position, string column)
    {
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude<float>(state)))
            throw new InvalidDataException(
                $"Row {position} of column '{column}' holds a number that is not finite. Leave the row out, or mend the model.");
        HiddenStateNormalization.Apply(state, state);
        _hash.AppendData(MemoryMarshal.AsBytes(state));
        _rows.Add(state);
    }
}
