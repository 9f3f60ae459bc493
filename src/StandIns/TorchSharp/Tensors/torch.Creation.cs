using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        bool whole = is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type);
        dtype ??= whole ? ScalarType.Int64 : get_default_dtype();
        return Ops.arange_start_step.Call(start, stop, step, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Ops.linspace.Call(start, end, steps, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);

    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Unnamed(names);
        return Ops.eye_m.Call(rows, columns < 0 ? rows : columns, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Ops.randperm_generator.Call(n, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)).With(requires_grad);

    public static Tensor randint(
        long low, long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
    {
        Unnamed(names);
        return Ops.randint_low_generator
            .Call(low, high, size.Shape, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    public static Tensor randint(
        long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(low, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(low, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor randint(
        int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, new Size(size), dtype, device, requires_grad, generator, names);

    public static Tensor normal(
        double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Randn(size.ToArray(), generator, dtype, device, false, names).mul_(std).add_(mean).With(requires_grad);

    public static Tensor tril_indices(
        long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Ops.tril_indices.Call(row, col, offset, dtype, Arg.None, InitializeDevice(device));

    public static Tensor triu_indices(
        long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Ops.triu_indices.Call(row, col, offset, dtype, Arg.None, InitializeDevice(device));

    private static Tensor Empty(long[] size, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.empty_memory_format.Call(size, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static Tensor Zeros(long[] size, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.zeros.Call(size, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static Tensor Ones(long[] size, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.ones.Call(size, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static Tensor Full(long[] size, Scalar value, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.full.Call(size, value, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static Tensor Rand(long[] size, Generator generator, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.rand_generator.Call(size, generator, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static Tensor Randn(long[] size, Generator generator, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        Unnamed(names);
        return Ops.randn_generator.Call(size, generator, dtype, Arg.None, InitializeDevice(device)).With(requires_grad);
    }

    private static void Unnamed(string[] names)
    {
        if (names is { Length: > 0 }) throw NotHere.Names;
    }

    private static Tensor One<T>(T value, ScalarType? dtype, Device device, bool requires_grad) where T : unmanaged =>
        FromSpan(new ReadOnlySpan<T>(in value), [], dtype, device, requires_grad);

    private static Tensor FromArray<T>(
        T[] array, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device device, bool requires_grad, string[] names) where T : unmanaged
    {
        Unnamed(names);
        return FromSpan<T>(array, dimensions, dtype, device, requires_grad);
    }

    /// <summary>From an array of two to four dimensions.</summary>
    private static Tensor FromGrid(Array array, ScalarType? dtype, Device device, bool requires_grad, string[] names) =>
        from_array(array, dtype, device, requires_grad, names);

    private static Tensor FromSpan<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device device, bool requires_grad) where T : unmanaged
    {
        long count = 1;
        foreach (var size in dimensions) count *= size;
        if (count != data.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {count} vs. {data.Length}");
        fixed (T* p = data) return FromMemory(p, count * sizeof(T), dimensions, Tensor.TypeOf<T>(), dtype, device, requires_grad);
    }

    private static Tensor FromMemory(
        void* data, long bytes, ReadOnlySpan<long> dimensions, ScalarType type, ScalarType? dtype, Device device, bool requires_grad)
    {
        nint handle;
        fixed (long* sizes = dimensions) Native.Check(Native.ts_new(data, bytes, sizes, dimensions.Length, (int)type, &handle));
        var here = new Tensor(handle);
        device = InitializeDevice(device);
        if (device.type == DeviceType.CPU && (dtype ?? type) == type) return here.With(requires_grad);
        using (here) return here.to(dtype ?? type, device).With(requires_grad);
    }

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Unnamed(names);
        var sizes = new long[rawArray.Rank];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = rawArray.GetLongLength(i);
        var type = ElementType(rawArray);
        fixed (byte* data = &MemoryMarshal.GetArrayDataReference(rawArray))
            return FromMemory(data, rawArray.LongLength * SizeOf(type), sizes, type, dtype, device, requires_grad);
    }

    /// <summary>Shares the array's memory: the array is pinned until the last tensor over it is gone.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        long elements = rawArray.LongLength * SizeOf(ElementType(rawArray)) / SizeOf(dtype);
        if (count < 0) count = elements - offset;
        if (offset < 0 || count < 0 || offset + count > elements)
            throw new ArgumentException($"{count} elements from {offset} on do not fit into a buffer of {elements}.");
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        nint handle;
        int status = Native.ts_wrap(
            (byte*)pin.AddrOfPinnedObject() + offset * SizeOf(dtype), &count, 1, (int)dtype, &Unpin, GCHandle.ToIntPtr(pin), &handle);
        if (status < 0) pin.Free();
        Native.Check(status);
        return new Tensor(handle).With(requires_grad);
    }

    [UnmanagedCallersOnly]
    private static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static ScalarType ElementType(Array array) => Type.GetTypeCode(array.GetType().GetElementType()) switch
    {
        TypeCode.Boolean => ScalarType.Bool,
        TypeCode.Byte => ScalarType.Byte,
        TypeCode.SByte => ScalarType.Int8,
        TypeCode.Int16 => ScalarType.Int16,
        TypeCode.Int32 => ScalarType.Int32,
        TypeCode.Int64 => ScalarType.Int64,
        TypeCode.Single => ScalarType.Float32,
        TypeCode.Double => ScalarType.Float64,
        _ when array.GetType().GetElementType() == typeof(Half) => ScalarType.Float16,
        _ => throw new ArgumentException($"{array.GetType()} is not an array of a tensor's element type."),
    };

    internal static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        _ => 16,
    };
}
