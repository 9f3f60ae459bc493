using System.Runtime.InteropServices;

namespace Microsoft.ML;

/// <summary>Writes a component's data; arrays go out as one block each.</summary>
internal sealed class ModelWriter(Stream stream) : BinaryWriter(stream)
{
    /// <summary>A text that may be null.</summary>
    public void WriteText(string text)
    {
        Write(text != null);
        if (text != null)
            Write(text);
    }

    public void WriteTexts(IReadOnlyCollection<string> texts)
    {
        Write(texts.Count);
        foreach (var text in texts)
            WriteText(text);
    }

    public void WriteBlock<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        Flush();
        // A span of bytes holds at most 2^31 - 1 of them, a big array of numbers more.
        const int most = 1 << 24;
        for (var start = 0; start < values.Length; start += most)
            OutStream.Write(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(most, values.Length - start))));
    }
}
