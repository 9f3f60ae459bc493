using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128-bit row identity; combining two or forking one gives identities that practically never collide.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    public readonly ulong Low;
    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public DataViewRowId Fork() => Mixed(Low, High, 0x9E3779B97F4A7C15UL);

    public DataViewRowId Next() => Mixed(Low, High, 0xA0761D6478BD642FUL);

    public DataViewRowId Combine(DataViewRowId other)
    {
        var inner = Mixed(other.Low, other.High, 0xD1B54A32D192ED03UL);
        return Mixed(Low ^ inner.Low, High + inner.High, 0x8CB92BA72F3D8DD7UL);
    }

    public int CompareTo(DataViewRowId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public override string ToString() => $"{High:x16}{Low:x16}";

    private static DataViewRowId Mixed(ulong low, ulong high, ulong salt)
    {
        var a = Scramble(low + salt);
        var b = Scramble(high ^ BitOperations.RotateLeft(a, 31));
        return new(Scramble(a ^ b), Scramble(b + BitOperations.RotateLeft(a, 17)));
    }

    private static ulong Scramble(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
