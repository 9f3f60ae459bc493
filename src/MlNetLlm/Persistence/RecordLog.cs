using System.Buffers.Binary;
using System.Numerics;

namespace MlNetLlm.Persistence;

/// <summary>
/// An append-only file of records, each with its length and checksums: a process killed in the middle of an append costs that record only,
/// and damage anywhere costs the records it touches only.
/// </summary>
/// <remarks>
/// A record is 16 bytes of head (a mark, the length, the payload's CRC-32C, the CRC-32C of these twelve bytes; little endian), then
/// the payload.
/// After damage the reader looks for the next head whose checksums hold. The mark holds bytes that UTF-8 never does,
/// so a text payload cannot be mistaken for a record. One writer at a time; any number may read meanwhile.
/// </remarks>
public sealed class RecordLog : IDisposable
{
    /// <summary>The longest record.</summary>
    public const int MaxRecordBytes = 64 << 20;

    private const int HeadBytes = 16;

    private static readonly byte[] _mark = [0xFF, 0x4C, 0xFE, 0x52];

    private readonly IFileSystem _fileSystem;
    private readonly Stream _stream;

    private RecordLog(IFileSystem fileSystem, Stream stream) => (_fileSystem, _stream) = (fileSystem, stream);

    /// <summary>Opens a log to append to; it is made when it is not there.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The log's file.</param>
    /// <returns>The log; dispose of it to close the file.</returns>
    public static RecordLog Open(IFileSystem fileSystem, string path)
    {
        var isNew = !fileSystem.Exists(path);
        return HandOver.Into(new RecordLog(fileSystem, fileSystem.Append(path)), log =>
        {
            if (isNew)
                fileSystem.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);   // or losing power loses the file's name
            return log;
        });
    }

    /// <summary>Appends one record. It is with the operating system on return, so killing this process cannot lose it.</summary>
    /// <param name="payload">The record's bytes, at most <see cref="MaxRecordBytes"/>.</param>
    /// <param name="toDisk">Whether to wait until it is on the disk too, so that losing power cannot lose it. The default is true.</param>
    public void Append(ReadOnlySpan<byte> payload, bool toDisk = true)
    {
        if (payload.Length > MaxRecordBytes)
            throw new ArgumentException(
                $"A record of {payload.Length} bytes is longer than a log takes ({MaxRecordBytes}).", nameof(payload));
        var record = new byte[HeadBytes + payload.Length];
        _mark.CopyTo(record, 0);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Checksum(payload));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), Checksum(record.AsSpan(0, 12)));
        payload.CopyTo(record.AsSpan(HeadBytes));
        _stream.Write(record);
        if (toDisk)
            Flush();
    }

    /// <summary>Waits until every record appended so far is on the disk.</summary>
    public void Flush() => _fileSystem.Flush(_stream);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>Reads all intact records. Damage is reported, never thrown.</summary>
    /// <param name="path">The log's file; one that is not there reads as empty.</param>
    /// <returns>The records in order, and the ranges of bytes that hold none.</returns>
    public static RecordLogContent Read(string path)
    {
        if (!File.Exists(path))
            return new RecordLogContent([], []);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);   // a writer may be at work
        var bytes = new byte[stream.Length];
        return Parse(bytes.AsMemory(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Reads all intact records of a log's bytes.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <returns>The records in order, and the ranges of bytes that hold none.</returns>
    public static RecordLogContent Parse(ReadOnlyMemory<byte> bytes)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        var lost = new List<LostRange>();
        for (var at = 0; at < bytes.Length;)
        {
            if (RecordAt(bytes.Span[at..]) is { } length)
            {
                records.Add(bytes.Slice(at + HeadBytes, length));
                at += HeadBytes + length;
                continue;
            }
            var next = NextRecord(bytes.Span, at + 1);
            lost.Add(new LostRange(at, next, records.Count));
            at = next;
        }
        return new RecordLogContent(records, lost);
    }

    private static int? RecordAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || !bytes.StartsWith(_mark))
            return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Checksum(bytes[..12]))
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (length < 0 || length > bytes.Length - HeadBytes)
            return null;
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Checksum(bytes.Slice(HeadBytes, length)) ? length : null;
    }

    private static int NextRecord(ReadOnlySpan<byte> bytes, int from)
    {
        while (bytes[from..].IndexOf(_mark) is var offset and >= 0)
        {
            from += offset;
            if (RecordAt(bytes[from..]) is not null)
                return from;
            from++;
        }
        return bytes.Length;
    }

    /// <summary>The CRC-32C of some bytes.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
