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

    public void WritePairs((string Output, string Input)[] columns)
    {
        WriteTexts(Array.ConvertAll(columns, pair => pair.Output));
        WriteTexts(Array.ConvertAll(columns, pair => pair.Input));
    }

    /// <summary>The items of a column's raw type, after their number.</summary>
    public void WriteItems<T>(ReadOnlySpan<T> items)
    {
        Write(items.Length);
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
        {
            foreach (var item in items)
                Write(item.ToString());
            return;
        }
        Flush();
        for (var start = 0; start < items.Length; start += RawItems.Block)
            OutStream.Write(RawItems.AsBytes(items.Slice(start, Math.Min(RawItems.Block, items.Length - start))));
    }
}
