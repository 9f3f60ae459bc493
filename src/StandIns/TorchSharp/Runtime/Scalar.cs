using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number for an operator: an integer, a floating-point number or a truth value. Complex ones need the real package.</summary>
public sealed class Scalar : IDisposable
{
    internal readonly Tag Tag;
    internal readonly long Bits;

    internal Scalar(long value, ScalarType type) => (Tag, Bits, Type) = (Tag.Int, value, type);
    internal Scalar(double value, ScalarType type) => (Tag, Bits, Type) = (Tag.Double, BitConverter.DoubleToInt64Bits(value), type);
    internal Scalar(bool value) => (Tag, Bits, Type) = (Tag.Bool, value ? 1 : 0, ScalarType.Bool);

    public ScalarType Type { get; }

    internal double AsDouble => Tag == Tag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;
    internal long AsLong => Tag == Tag.Double ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Scalar(byte value) => new(value, ScalarType.Byte);
    public static implicit operator Scalar(sbyte value) => new(value, ScalarType.Int8);
    public static implicit operator Scalar(short value) => new(value, ScalarType.Int16);
    public static implicit operator Scalar(int value) => new(value, ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(value, ScalarType.Int64);
    public static implicit operator Scalar(Half value) => new((double)value, ScalarType.Float16);
    public static implicit operator Scalar(float value) => new(value, ScalarType.Float32);
    public static implicit operator Scalar(double value) => new(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(value);
    public static implicit operator Scalar((float, float) value) => throw NotHere.Complex;
    public static implicit operator Scalar(Complex value) => throw NotHere.Complex;

    public void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>What exists in the real package only.</summary>
internal static class NotHere
{
    internal static NotSupportedException Complex => Of("Complex numbers");
    internal static NotSupportedException Names => Of("Named dimensions");

    internal static NotSupportedException Of(string what) =>
        new($"{what}: not in the stand-in for TorchSharp. Build with the real package.");
}
