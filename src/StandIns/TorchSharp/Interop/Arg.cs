using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

internal enum Tag
{
    None, Tensor, Int, Double, Bool, IntList, TensorList, OptionalTensorList, String, Device, Generator, Default
}

/// <summary>What the native side reads and writes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)] internal Tag Tag;
    [FieldOffset(4)] internal int Count;
    [FieldOffset(8)] internal long Int;
    [FieldOffset(8)] internal double Double;
    [FieldOffset(8)] internal nint Pointer;
}

/// <summary>An operator's argument on the managed side; it keeps what it points to alive until the call is over.</summary>
internal readonly struct Arg
{
    internal readonly object Owner;
    internal readonly long Bits;
    internal readonly Tag Tag;
    internal readonly int Count;

    private Arg(Tag tag, long bits = 0, object owner = null, int count = 0) => (Tag, Bits, Owner, Count) = (tag, bits, owner, count);

    internal static Arg None => default;
    internal static Arg Default => new(Tag.Default);
    internal static Arg Optional(Tensor[] tensors) => new(Tag.OptionalTensorList, 0, tensors, tensors.Length);

    public static implicit operator Arg(Tensor tensor) => tensor is null ? default : new(Tag.Tensor, tensor.LiveHandle, tensor);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(long? value) => value is { } v ? v : None;
    public static implicit operator Arg(int value) => new(Tag.Int, value);
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is { } v ? v : None;
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(ScalarType? value) => value is { } v ? v : None;
    public static implicit operator Arg(Scalar value) => value is null ? default : new(value.Tag, value.Bits);
    public static implicit operator Arg(long[] values) => values is null ? default : new(Tag.IntList, 0, values, values.Length);
    public static implicit operator Arg(Tensor[] tensors) => new(Tag.TensorList, 0, tensors, tensors.Length);
    public static implicit operator Arg(string text) => text is null ? default : new(Tag.String, 0, text);
    public static implicit operator Arg(Device device) =>
        device is null ? default : new(Tag.Device, device.index, null, (int)device.type);
    public static implicit operator Arg(Generator generator) =>
        generator is null ? default : new(Tag.Generator, generator.Handle, generator);
}
