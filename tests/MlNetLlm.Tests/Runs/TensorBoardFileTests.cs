using System.Buffers.Binary;
using System.Text;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Runs;

public sealed class TensorBoardFileTests
{
    [Test]
    public void Append_AScalar_WritesRecordsThatTheFormatsChecksumsHold()
    {
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(FileSystems.Default, folder.Path, TimeProvider.System))
            recorder.Append("svf", "loss", 300, 1.5);
        var bytes = File.ReadAllBytes(Directory.GetFiles(Path.Combine(folder.Path, "records"), "events.out.tfevents.*").Single());
        var events = Records(bytes).ToList();

        Assert.That(events, Has.Count.EqualTo(2));
        Assert.That(Encoding.UTF8.GetString(events[0]), Does.Contain("brain.Event:2"));
        // wall_time: 1 + 8 bytes, step 300 as varint: 1 + 2 bytes, then summary { value { tag "svf/loss" simple_value 1.5 } }.
        byte[] value = [0x0a, 8, .. "svf/loss"u8, 0x15, 0, 0, 0xc0, 0x3f];
        byte[] summary = [0x0a, (byte)value.Length, .. value];
        Assert.That(events[1][9..], Is.EqualTo((byte[])[0x10, 0xac, 0x02, 0x2a, (byte)summary.Length, .. summary]));
    }

    // The borders at which the format's numbers, 7 bits a byte, take one byte more.
    [TestCase(0, new byte[] { 0 })]
    [TestCase(127, new byte[] { 0x7f })]
    [TestCase(128, new byte[] { 0x80, 0x01 })]
    [TestCase(16_384, new byte[] { 0x80, 0x80, 0x01 })]
    public void Append_AtAStep_WritesTheTimeInSecondsAndTheStep(long step, byte[] expected)
    {
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(ToyRuns.Files, folder.Path, new StoppedClock()))
            recorder.Append("svf", "loss", step, 1.5);
        var written = Records(File.ReadAllBytes(Directory.GetFiles(folder["records"], "events.out.tfevents.1700000000.*").Single())).Last();

        Assert.That(written[0], Is.EqualTo(0x09), "field 1, 8 bytes");
        Assert.That(BinaryPrimitives.ReadDoubleLittleEndian(written.AsSpan(1)), Is.EqualTo(1_700_000_000.25));
        Assert.That(written[9..(10 + expected.Length)], Is.EqualTo((byte[])[0x10, .. expected]));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);
    }

    // Checked with a checksum computed bit by bit, not with the one that wrote it.
    private static IEnumerable<byte[]> Records(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)), Is.EqualTo(Masked(bytes.AsSpan(at, 8))));
            var data = bytes[(at + 12)..(at + 12 + length)];
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)), Is.EqualTo(Masked(data)));
            yield return data;
            at += 16 + length;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }
}
