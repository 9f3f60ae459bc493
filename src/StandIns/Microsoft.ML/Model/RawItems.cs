using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML;

/// <summary>Numbers and the like as the bytes they are.</summary>
internal static class RawItems
{
    /// <summary>So many items at a time: a span holds at most 2^31 - 1 bytes, a big array of numbers more.</summary>
    public const int Block = 1 << 24;

    public static ReadOnlySpan<byte> AsBytes<T>(ReadOnlySpan<T> items) =>
        AsBytes(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(items), items.Length));

    public static Span<byte> AsBytes<T>(Span<T> items) =>
        RuntimeHelpers.IsReferenceOrContainsReferences<T>()
            ? throw new InvalidOperationException($"Values of {typeof(T)} are not plain bytes.")
            : MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), items.Length * Unsafe.SizeOf<T>());
}
