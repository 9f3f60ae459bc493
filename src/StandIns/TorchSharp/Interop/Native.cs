using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>The C ABI of native/torch_dispatch.cpp. Loaded with the first call.</summary>
internal static unsafe class Native
{
    private const string Library = "torch_dispatch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        var folder = Path.GetDirectoryName(assembly.Location) is { Length: > 0 } own ? own : AppContext.BaseDirectory;
        var file = Path.Combine(folder, "libtorch_dispatch.so");
        try
        {
            // OpenMP reads it when it is loaded: threads that wait sleep instead of taking a core from others. A user's own setting wins.
            fixed (byte* variable = "OMP_WAIT_POLICY\0"u8, policy = "passive\0"u8) setenv(variable, policy, 0);
            return NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException(
                $"The TorchSharp stand-in cannot load libtorch through '{file}'. Install it (apt-get install libtorch-dev) and build " +
                $"again, or set LIBTORCH to a libtorch folder before building. The loader says: {e.Message}", e);
        }
    }

    /// <summary>Turns a negative status into the exception that the real package throws.</summary>
    internal static int Check(int status) => status < 0 ? throw Error() : status;

    internal static ExternalException Error() => new(Marshal.PtrToStringUTF8(ts_error()));

    [DllImport("libc")] private static extern int setenv(byte* variable, byte* value, int overwrite);
    [DllImport(Library)] private static extern nint ts_error();
    [DllImport(Library)] internal static extern void ts_set_error(byte* text);
    [DllImport(Library)] internal static extern void ts_free(void* memory);

    [DllImport(Library)] internal static extern int ts_op(byte* name, byte* overload, nint* op);
    [DllImport(Library)] internal static extern int ts_call(nint op, Value* args, int count, nint* result);
    [DllImport(Library)] internal static extern int ts_run(nint op, Value* args, int count);
    [DllImport(Library)] internal static extern int ts_call_many(nint op, Value* args, int count, Value* results, int capacity);

    [DllImport(Library)] internal static extern int ts_new(void* data, long bytes, long* sizes, int dims, int dtype, nint* result);
    [DllImport(Library)]
    internal static extern int ts_wrap(
        void* data, long* sizes, int dims, int dtype, delegate* unmanaged<nint, void> release, nint context, nint* result);
    [DllImport(Library)] internal static extern void ts_release(nint tensor);
    [DllImport(Library)] internal static extern void ts_retain(nint tensor);
    [DllImport(Library)] internal static extern int ts_info(nint tensor, TensorInfo* info);
    [DllImport(Library)] internal static extern int ts_sizes(nint tensor, long* sizes, long* strides, int capacity);
    [DllImport(Library)] internal static extern int ts_data(nint tensor, void** data);
    [DllImport(Library)] internal static extern long ts_storage_offset(nint tensor);

    [DllImport(Library)] internal static extern int ts_set_requires_grad(nint tensor, int on);
    [DllImport(Library)] internal static extern int ts_grad(nint tensor, nint* grad);
    [DllImport(Library)] internal static extern int ts_set_grad(nint tensor, nint grad);
    [DllImport(Library)]
    internal static extern int ts_backward(nint* outputs, int count, nint* grads, nint* inputs, int inputCount, int retain, int create);
    [DllImport(Library)]
    internal static extern int ts_grads(
        nint* outputs, int count, nint* inputs, int inputCount, nint* grads, int retain, int create, int allowUnused, nint* results);
    [DllImport(Library)] internal static extern int ts_grad_mode(int on);
    [DllImport(Library)] internal static extern int ts_inference_mode();
    [DllImport(Library)] internal static extern nint ts_inference_mode_enter(int on);
    [DllImport(Library)] internal static extern void ts_inference_mode_leave(nint mode);
    [DllImport(Library)]
    internal static extern int ts_attach(
        nint* inputs, int inputCount, nint* outputs, int outputCount, byte* differentiable, nint* saved, int savedCount,
        delegate* unmanaged<nint, nint*, int, nint*, int, nint*, int, int> backward, delegate* unmanaged<nint, void> release, nint context);

    [DllImport(Library)] internal static extern nint ts_version();
    [DllImport(Library)] internal static extern int ts_threads(int count);
    [DllImport(Library)] internal static extern int ts_default_dtype(int dtype);
    [DllImport(Library)] internal static extern int ts_device_count(int type);
    [DllImport(Library)] internal static extern int ts_synchronize(int type, int index);
    [DllImport(Library)] internal static extern int ts_allow_tf32(int on);

    [DllImport(Library)] internal static extern int ts_generator(int type, int index, nint* generator);
    [DllImport(Library)] internal static extern int ts_default_generator(int type, int index, nint* generator);
    [DllImport(Library)] internal static extern void ts_generator_free(nint generator);
    [DllImport(Library)] internal static extern int ts_manual_seed(long seed);
    [DllImport(Library)] internal static extern int ts_generator_set_seed(nint generator, long seed);
    [DllImport(Library)] internal static extern int ts_generator_reseed(nint generator, long* seed);
    [DllImport(Library)] internal static extern int ts_generator_seed(nint generator, long* seed);
    [DllImport(Library)] internal static extern int ts_generator_state(nint generator, nint* state);
    [DllImport(Library)] internal static extern int ts_generator_set_state(nint generator, nint state);
}

[StructLayout(LayoutKind.Sequential)]
internal struct TensorInfo
{
    internal int DType, Dims, DeviceType, DeviceIndex, Flags, ItemSize;
    internal long Count;

    internal readonly bool RequiresGrad => (Flags & 1) != 0;
    internal readonly bool IsLeaf => (Flags & 2) != 0;
    internal readonly bool IsContiguous => (Flags & 4) != 0;
    internal readonly bool IsSparse => (Flags & 8) != 0;
}
