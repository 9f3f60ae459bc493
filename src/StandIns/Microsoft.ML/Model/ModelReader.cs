using System.Runtime.CompilerServices;

namespace Microsoft.ML;

/// <summary>Reads a component's data. Counts are checked against what the entry can still hold before anything is allocated.</summary>
internal sealed class ModelReader(Stream stream, long length) : BinaryReader(new CountingStream(stream, length))
{
    /// <summary>A count of items that take at least the given number of bytes each.</summary>
    public int ReadCount(int bytesPerItem)
    {
        var count = ReadInt32();
        var left = ((CountingStream)BaseStream).Left;
        if (count < 0 || (long)count * bytesPerItem > left)
            throw new InvalidDataException(
                $"The model file announces {count} items of {bytesPerItem} bytes or more, but its entry has {left} bytes left.");
        return count;
    }

    public string ReadText() => ReadBoolean() ? ReadString() : null;

    public string[] ReadTexts()
    {
        var texts = new string[ReadCount(1)];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = ReadText();
        return texts;
    }

    public (string Output, string Input)[] ReadPairs()
    {
        var outputs = ReadTexts();
        var inputs = ReadTexts();
        return outputs.Length == inputs.Length
            ? outputs.Zip(inputs).ToArray()
            : throw new InvalidDataException($"The model file has {outputs.Length} output columns for {inputs.Length} input columns.");
    }

    public T[] ReadItems<T>()
    {
        var isText = typeof(T) == typeof(ReadOnlyMemory<char>);
        var items = new T[ReadCount(isText ? 1 : Unsafe.SizeOf<T>())];
        if (isText)
        {
            for (var i = 0; i < items.Length; i++)
                items[i] = (T)(object)ReadString().AsMemory();
            return items;
        }
        for (var start = 0; start < items.Length; start += RawItems.Block)
            BaseStream.ReadExactly(RawItems.AsBytes(items.AsSpan(start, Math.Min(RawItems.Block, items.Length - start))));
        return items;
    }

    private sealed class CountingStream(Stream inner, long length) : Stream
    {
        public long Left { get; private set; } = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, Left)]);
            Left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
