using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>An ATen operator by schema name, looked up at its first call.</summary>
internal sealed unsafe class Op(string name, string overload = "")
{
    private const int ScratchSize = 64;
    private nint _handle;

    /// <summary>Whether this libtorch has the operator.</summary>
    internal bool Exists
    {
        get
        {
            nint handle;
            return _handle != 0 || Find(&handle) >= 0;
        }
    }

    /// <summary>Calls an operator that returns one tensor.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Tensor Call(params ReadOnlySpan<Arg> args)
    {
        nint result;
        Value* values = stackalloc Value[args.Length];
        long* scratch = stackalloc long[ScratchSize];
        void* heap = Pack(args, values, scratch);
        int status = Native.ts_call(Handle, values, args.Length, &result);
        Unpack(args, heap);
        if (status < 0) throw Native.Error();
        return result == 0 ? null : new Tensor(result);
    }

    /// <summary>Calls an operator that works in place; drops what it returns.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Run(params ReadOnlySpan<Arg> args)
    {
        Value* values = stackalloc Value[args.Length];
        long* scratch = stackalloc long[ScratchSize];
        void* heap = Pack(args, values, scratch);
        int status = Native.ts_run(Handle, values, args.Length);
        Unpack(args, heap);
        if (status < 0) throw Native.Error();
    }

    /// <summary>Calls an operator that works in place on its first argument; returns that same object.</summary>
    internal Tensor Mutate(params ReadOnlySpan<Arg> args)
    {
        Run(args);
        return (Tensor)args[0].Owner;
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal (Tensor, Tensor) Call2(params ReadOnlySpan<Arg> args)
    {
        Value* results = stackalloc Value[2];
        CallMany(args, results, 2);
        return (Wrap(results[0]), Wrap(results[1]));
    }

    /// <summary>Calls an operator that returns three tensors.</summary>
    internal (Tensor, Tensor, Tensor) Call3(params ReadOnlySpan<Arg> args)
    {
        Value* results = stackalloc Value[3];
        CallMany(args, results, 3);
        return (Wrap(results[0]), Wrap(results[1]), Wrap(results[2]));
    }

    /// <summary>Calls an operator that returns four tensors.</summary>
    internal (Tensor, Tensor, Tensor, Tensor) Call4(params ReadOnlySpan<Arg> args)
    {
        Value* results = stackalloc Value[4];
        CallMany(args, results, 4);
        return (Wrap(results[0]), Wrap(results[1]), Wrap(results[2]), Wrap(results[3]));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    internal Tensor[] CallList(params ReadOnlySpan<Arg> args)
    {
        Value result;
        CallMany(args, &result, 1);
        var handles = new ReadOnlySpan<nint>((void*)result.Pointer, result.Count);
        var tensors = new Tensor[handles.Length];
        for (int i = 0; i < tensors.Length; i++) tensors[i] = new Tensor(handles[i]);
        Native.ts_free((void*)result.Pointer);
        return tensors;
    }

    /// <summary>Calls an operator that returns a number, a truth value, or anything else that is not a tensor.</summary>
    internal Value CallValue(params ReadOnlySpan<Arg> args)
    {
        Value result;
        CallMany(args, &result, 1);
        return result;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CallMany(ReadOnlySpan<Arg> args, Value* results, int capacity)
    {
        Value* values = stackalloc Value[args.Length];
        long* scratch = stackalloc long[ScratchSize];
        void* heap = Pack(args, values, scratch);
        int status = Native.ts_call_many(Handle, values, args.Length, results, capacity);
        Unpack(args, heap);
        if (status < 0) throw Native.Error();
    }

    private nint Handle => _handle != 0 ? _handle : Resolve();

    private nint Resolve()
    {
        nint handle;
        Native.Check(Find(&handle));
        return _handle = handle;
    }

    private int Find(nint* handle)
    {
        fixed (byte* n = Encoding.UTF8.GetBytes($"aten::{name}\0"), o = Encoding.UTF8.GetBytes(overload + "\0"))
            return Native.ts_op(n, o, handle);
    }

    private static Tensor Wrap(in Value value) => value.Tag == Tag.Tensor && value.Pointer != 0 ? new Tensor(value.Pointer) : null;

    /// <summary>Lays the arguments out for the native side: lists in the scratch space, or on the heap when they are long.</summary>
    private static void* Pack(ReadOnlySpan<Arg> args, Value* values, long* scratch)
    {
        void* heap = null;
        int used = 0;
        for (int i = 0; i < args.Length; i++)
        {
            ref readonly Arg arg = ref args[i];
            ref Value value = ref values[i];
            value.Tag = arg.Tag;
            value.Count = arg.Count;
            value.Int = arg.Bits;
            if (arg.Tag is < Tag.IntList or Tag.Device or Tag.Generator or Tag.Default) continue;

            int size = arg.Tag == Tag.String ? (((string)arg.Owner).Length * 3 + 7) / 8 : arg.Count;
            long* room = scratch + used;
            if (used + size > ScratchSize) room = Grow(ref heap, size);
            else used += size;
            value.Pointer = (nint)room;
            value.Count = Copy(arg, room, size);
        }
        return heap;
    }

    private static int Copy(in Arg arg, long* room, int size)
    {
        switch (arg.Owner)
        {
            case long[] numbers:
                numbers.CopyTo(new Span<long>(room, size));
                break;
            case Tensor[] tensors:
                for (int i = 0; i < tensors.Length; i++) room[i] = tensors[i] is { } t ? t.LiveHandle : 0;
                break;
            case string text:
                return Encoding.UTF8.GetBytes(text, new Span<byte>(room, size * 8));
        }
        return size;
    }

    private static long* Grow(ref void* heap, int size)
    {
        var block = (long*)NativeMemory.Alloc((nuint)(size + 1) * 8);
        *block = (long)heap;
        heap = block;
        return block + 1;
    }

    private static void Unpack(ReadOnlySpan<Arg> args, void* heap)
    {
        while (heap != null)
        {
            var next = (void*)*(long*)heap;
            NativeMemory.Free(heap);
            heap = next;
        }
        for (int i = 0; i < args.Length; i++) GC.KeepAlive(args[i].Owner);
    }
}
