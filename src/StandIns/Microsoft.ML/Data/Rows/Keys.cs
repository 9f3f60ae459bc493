using System.Runtime.CompilerServices;

namespace Microsoft.ML.Data;

/// <summary>Key values of any of their four widths: 0 is missing, 1 is the first key.</summary>
internal static class Keys
{
    public static ulong ToRaw<T>(T value)
    {
        if (typeof(T) == typeof(uint))
            return Unsafe.As<T, uint>(ref value);
        if (typeof(T) == typeof(ulong))
            return Unsafe.As<T, ulong>(ref value);
        if (typeof(T) == typeof(ushort))
            return Unsafe.As<T, ushort>(ref value);
        if (typeof(T) == typeof(byte))
            return Unsafe.As<T, byte>(ref value);
        throw new InvalidOperationException($"{typeof(T)} is not the type of a key.");
    }

    public static T FromRaw<T>(ulong raw)
    {
        T value = default;
        if (typeof(T) == typeof(uint))
            Unsafe.As<T, uint>(ref value) = (uint)raw;
        else if (typeof(T) == typeof(ulong))
            Unsafe.As<T, ulong>(ref value) = raw;
        else if (typeof(T) == typeof(ushort))
            Unsafe.As<T, ushort>(ref value) = (ushort)raw;
        else
            Unsafe.As<T, byte>(ref value) = (byte)raw;
        return value;
    }

    /// <summary>The most keys that values of a type can number.</summary>
    public static ulong MaxCount(Type type) =>
        Type.GetTypeCode(type) switch
        {
            TypeCode.Byte => byte.MaxValue,
            TypeCode.UInt16 => ushort.MaxValue,
            TypeCode.UInt32 => uint.MaxValue,
            _ => ulong.MaxValue,
        };
}
