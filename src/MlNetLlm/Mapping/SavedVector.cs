using System.ComponentModel;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// A vector of any known size out of a custom mapping. ML.NET lets a custom mapping's class name only sizes fixed in its attributes, so the
/// vector comes in parts whose sizes are powers of two: those of the size's binary digits, largest first, which ML.NET then concatenates.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedVector
{
    /// <summary>The longest vector.</summary>
    internal const int MaxSize = (1 << PartCount) - 1;

    private const int PartCount = 18;
    private const string Prefix = "MlNetLlm.Part";

    private static readonly Action<SavedVector, VBuffer<float>>[] _setters =
    [
        (vector, part) => vector.Part0 = part, (vector, part) => vector.Part1 = part, (vector, part) => vector.Part2 = part,
        (vector, part) => vector.Part3 = part, (vector, part) => vector.Part4 = part, (vector, part) => vector.Part5 = part,
        (vector, part) => vector.Part6 = part, (vector, part) => vector.Part7 = part, (vector, part) => vector.Part8 = part,
        (vector, part) => vector.Part9 = part, (vector, part) => vector.Part10 = part, (vector, part) => vector.Part11 = part,
        (vector, part) => vector.Part12 = part, (vector, part) => vector.Part13 = part, (vector, part) => vector.Part14 = part,
        (vector, part) => vector.Part15 = part, (vector, part) => vector.Part16 = part, (vector, part) => vector.Part17 = part,
    ];

    /// <summary>1 number.</summary>
    [ColumnName(Prefix + "0"), VectorType(1)]
    public VBuffer<float> Part0 { get; set; }

    /// <summary>2 numbers.</summary>
    [ColumnName(Prefix + "1"), VectorType(2)]
    public VBuffer<float> Part1 { get; set; }

    /// <summary>4 numbers.</summary>
    [ColumnName(Prefix + "2"), VectorType(4)]
    public VBuffer<float> Part2 { get; set; }

    /// <summary>8 numbers.</summary>
    [ColumnName(Prefix + "3"), VectorType(8)]
    public VBuffer<float> Part3 { get; set; }

    /// <summary>16 numbers.</summary>
    [ColumnName(Prefix + "4"), VectorType(16)]
    public VBuffer<float> Part4 { get; set; }

    /// <summary>32 numbers.</summary>
    [ColumnName(Prefix + "5"), VectorType(32)]
    public VBuffer<float> Part5 { get; set; }

    /// <summary>64 numbers.</summary>
    [ColumnName(Prefix + "6"), VectorType(64)]
    public VBuffer<float> Part6 { get; set; }

    /// <summary>128 numbers.</summary>
    [ColumnName(Prefix + "7"), VectorType(128)]
    public VBuffer<float> Part7 { get; set; }

    /// <summary>256 numbers.</summary>
    [ColumnName(Prefix + "8"), VectorType(256)]
    public VBuffer<float> Part8 { get; set; }

    /// <summary>512 numbers.</summary>
    [ColumnName(Prefix + "9"), VectorType(512)]
    public VBuffer<float> Part9 { get; set; }

    /// <summary>1024 numbers.</summary>
    [ColumnName(Prefix + "10"), VectorType(1024)]
    public VBuffer<float> Part10 { get; set; }

    /// <summary>2048 numbers.</summary>
    [ColumnName(Prefix + "11"), VectorType(2048)]
    public VBuffer<float> Part11 { get; set; }

    /// <summary>4096 numbers.</summary>
    [ColumnName(Prefix + "12"), VectorType(4096)]
    public VBuffer<float> Part12 { get; set; }

    /// <summary>8192 numbers.</summary>
    [ColumnName(Prefix + "13"), VectorType(8192)]
    public VBuffer<float> Part13 { get; set; }

    /// <summary>16384 numbers.</summary>
    [ColumnName(Prefix + "14"), VectorType(16384)]
    public VBuffer<float> Part14 { get; set; }

    /// <summary>32768 numbers.</summary>
    [ColumnName(Prefix + "15"), VectorType(32768)]
    public VBuffer<float> Part15 { get; set; }

    /// <summary>65536 numbers.</summary>
    [ColumnName(Prefix + "16"), VectorType(65536)]
    public VBuffer<float> Part16 { get; set; }

    /// <summary>131072 numbers.</summary>
    [ColumnName(Prefix + "17"), VectorType(131072)]
    public VBuffer<float> Part17 { get; set; }

    /// <summary>The parts of a vector of this size, in order.</summary>
    internal static string[] Names(int size) => [.. Parts(size).Select(part => $"{Prefix}{part}")];

    /// <summary>Takes a vector apart.</summary>
    internal virtual void Set(float[] values)
    {
        var from = 0;
        foreach (var part in Parts(values.Length))
        {
            _setters[part](this, new VBuffer<float>(1 << part, values.AsSpan(from, 1 << part).ToArray()));
            from += 1 << part;
        }
    }

    private static IEnumerable<int> Parts(int size)
    {
        if (size is < 1 or > MaxSize)
            throw new NotSupportedException($"A vector of {size} numbers cannot be saved; the limit is {MaxSize}.");
        return Enumerable.Range(0, PartCount).Reverse().Where(part => (size >> part & 1) == 1);
    }
}
