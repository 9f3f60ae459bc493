using System.Buffers.Binary;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>
/// Writes scalars as TensorBoard reads them: a file of records, each a length and a payload with masked CRC-32C checksums, the payload
/// an Event message of protocol buffers (tensorflow/core/util/event.proto).
/// </summary>
/// <remarks>
/// TensorBoard's format rather than MLflow's file store: it is append-only and checksummed like our own records, needs no package (an
/// Event is five fields), and MLflow no longer recommends its file store.
/// </remarks>
internal sealed class TensorBoardFile : IDisposable
{
    private const uint MaskDelta = 0xa282ead8;

    // Field number and wire type of what we write: 0 = varint, 1 = 8 bytes, 2 = length and bytes, 5 = 4 bytes.
    private const byte EventTime = (1 << 3) | 1;
    private const byte EventStep = (2 << 3) | 0;
    private const byte EventFileVersion = (3 << 3) | 2;
    private const byte EventSummary = (5 << 3) | 2;
    private const byte SummaryValue = (1 << 3) | 2;
    private const byte ValueTag = (1 << 3) | 2;
    private const byte ValueSimple = (2 << 3) | 5;

    private readonly Stream _stream;
    private readonly TimeProvider _clock;

    public TensorBoardFile(IFileSystem files, string folder, string writer, TimeProvider clock)
    {
        _clock = clock;
        _stream = files.Append(Path.Combine(folder, $"events.out.tfevents.{clock.GetUtcNow().ToUnixTimeSeconds()}.{writer}"));
        Write(Event(0, EventFileVersion, "brain.Event:2"u8));
    }

    public void Append(string tag, long step, double value)
    {
        var scalar = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(scalar, (float)value);
        byte[] inner = [.. Field(ValueTag, Encoding.UTF8.GetBytes(tag)), ValueSimple, .. scalar];
        Write(Event(step, EventSummary, Field(SummaryValue, inner)));
    }

    public void Dispose() => _stream.Dispose();

    private byte[] Event(long step, byte field, ReadOnlySpan<byte> payload)
    {
        var time = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(time, _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        return [EventTime, .. time, EventStep, .. Varint((ulong)step), .. Field(field, payload)];
    }

    private void Write(byte[] data)
    {
        var record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Masked(data));
        _stream.Write(record);
    }

    // The format masks checksums because a checksum of bytes that hold their own checksum is a weak one.
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = RecordLog.Checksum(bytes);
        return ((crc >> 15) | (crc << 17)) + MaskDelta;
    }

    private static byte[] Field(byte key, ReadOnlySpan<byte> bytes) => [key, .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
