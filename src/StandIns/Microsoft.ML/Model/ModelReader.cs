using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
            throw new InvalidDataException($"The model file announces {count} items of {bytesPerItem} bytes or more, but its entry has {left} bytes left.");
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

    public void ReadBlock<T>(Span<T> values) where T : unmanaged
    {
        const int most = 1 << 24;
        for (var start = 0; start < values.Length; start += most)
            BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(most, values.Length - start))));
    }

    public T[] ReadBlock<T>() where T : unmanaged
    {
        var values = new T[ReadCount(Unsafe.SizeOf<T>())];
        ReadBlock<T>(values);
        return values;
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
