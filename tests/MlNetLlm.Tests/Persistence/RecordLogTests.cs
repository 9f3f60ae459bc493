using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class RecordLogTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void Read_OfAnAbsentLog_IsEmpty()
    {
        var content = RecordLog.Read(_folder["none.log"]);

        Assert.That(content.Records, Is.Empty);
        Assert.That(content.Lost, Is.Empty);
    }

    [Test]
    public void Append_InSeveralSessions_KeepsAllRecordsInOrder()
    {
        for (var session = 0; session < 3; session++)
        {
            using var log = RecordLog.Open(FileSystems.Default, _folder["a.log"]);
            for (var i = 0; i < 4; i++)
                log.Append(Payload(session * 4 + i), toDisk: i == 3);
            Assert.That(RecordLog.Read(_folder["a.log"]).Records, Has.Count.EqualTo(4 * (session + 1)), "readable while open");
        }
        var content = RecordLog.Read(_folder["a.log"]);
        Assert.That(content.Records.Select(Text), Is.EqualTo(Enumerable.Range(0, 12).Select(i => Encoding.UTF8.GetString(Payload(i)))));
        Assert.That(content.Lost, Is.Empty);
    }

    [Test]
    public void Parse_CutAtEveryByte_LosesTheTailOnly()
    {
        var (bytes, starts) = Log(20);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var content = RecordLog.Parse(bytes.AsMemory(0, length));
            var whole = starts.Count(start => start <= length) - 1;
            Assert.That(content.Records.Select(Text), Is.EqualTo(Expected(Enumerable.Range(0, whole))));
            if (starts.Contains(length))
                Assert.That(content.Lost, Is.Empty);
            else
                Assert.That(content.Lost, Is.EqualTo(new[] { new LostRange(starts[whole], length, whole) }));
        }
    }

    [Test]
    public void Parse_WithEveryByteFlipped_KeepsAllOtherRecordsAndNamesTheRange()
    {
        var (bytes, starts) = Log(20);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x5A;
            var content = RecordLog.Parse(bytes);
            bytes[at] ^= 0x5A;

            var hit = starts.FindLastIndex(start => start <= at);
            Assert.That(content.Records.Select(Text), Is.EqualTo(Expected(Enumerable.Range(0, 20).Where(i => i != hit))), $"byte {at}");
            Assert.That(content.Lost, Is.EqualTo(new[] { new LostRange(starts[hit], starts[hit + 1], hit) }), $"byte {at}");
        }
    }

    [Test]
    [Category("Nightly")]
    public void Parse_Of64KiBCutAndFlippedAtEveryByte_NeverThrowsAndKeepsTheRest()
    {
        var (all, starts) = Log(1300);
        Assert.That(all, Has.Length.GreaterThanOrEqualTo(65536));
        for (var at = 0; at < 65536; at++)
        {
            var whole = starts.FindLastIndex(start => start <= at);
            Assert.That(RecordLog.Parse(all.AsMemory(0, at)).Records, Has.Count.EqualTo(whole));
            all[at] ^= 0xFF;
            Assert.That(RecordLog.Parse(all).Records, Has.Count.EqualTo(1299));
            all[at] ^= 0xFF;
        }
    }

    [Test]
    public void Append_AfterATornRecord_StaysReadable()
    {
        var (bytes, starts) = Log(3);
        File.WriteAllBytes(_folder["a.log"], bytes[..(starts[2] + 9)]);
        using (var log = RecordLog.Open(FileSystems.Default, _folder["a.log"]))
            log.Append(Payload(7));

        var content = RecordLog.Read(_folder["a.log"]);
        Assert.That(content.Records.Select(Text), Is.EqualTo(Expected([0, 1, 7])));
        Assert.That(content.Lost.Single().ToString(),
            Is.EqualTo($"bytes {starts[2]} to {starts[2] + 8} (after record 2) hold no intact record"));
    }

    [Test]
    public void Append_FailingAtEveryOperation_KeepsWhatWasAcknowledged([Values] Fault fault)
    {
        for (var n = 1; n < 20; n++)
        {
            var path = _folder[$"{n}.log"];
            var acknowledged = 0;
            var files = new FaultyFileSystem(fault, n, sticky: true);
            var error = AtomicFileTests.Catch(() =>
            {
                using var log = RecordLog.Open(files, path);
                for (; acknowledged < 20; acknowledged++)
                    log.Append(Payload(acknowledged));
            });

            Assert.That(error, Is.Not.Null);
            var kept = RecordLog.Read(path).Records.Take(acknowledged).Select(Text);
            Assert.That(kept, Is.EqualTo(Expected(Enumerable.Range(0, acknowledged))));
            using (var log = RecordLog.Open(FileSystems.Default, path))
                log.Append(Payload(99));
            Assert.That(Text(RecordLog.Read(path).Records[^1]), Is.EqualTo(Encoding.UTF8.GetString(Payload(99))));
        }
    }

    [Test]
    public void Read_OfEmptyRecords_GivesThem()
    {
        using (var log = RecordLog.Open(FileSystems.Default, _folder["a.log"]))
            foreach (var payload in new byte[][] { [], [1], [] })
                log.Append(payload);

        var content = RecordLog.Read(_folder["a.log"]);
        Assert.That(content.Records.Select(record => record.Length), Is.EqualTo(new[] { 0, 1, 0 }));
        Assert.That(content.Lost, Is.Empty);
    }

    [Test]
    public void Append_ToDisk_SurvivesLosingPower()
    {
        var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true);
        using (var log = RecordLog.Open(files, _folder["a.log"]))
        {
            log.Append(Payload(0), toDisk: false);
            log.Append(Payload(1), toDisk: true);
            log.Append(Payload(2), toDisk: false);
        }
        files.LosePower();

        Assert.That(RecordLog.Read(_folder["a.log"]).Records.Select(Text), Is.EqualTo(Expected([0, 1])));
    }

    [Test]
    public void Parse_OfNoise_FindsNoRecordAndOneRange()
    {
        var noise = new byte[5000];
        new Random(3).NextBytes(noise);

        var content = RecordLog.Parse(noise);

        Assert.That(content.Records, Is.Empty);
        Assert.That(content.Lost, Is.EqualTo(new[] { new LostRange(0, 5000, 0) }));
    }

    [Test]
    public void Append_OfARecordTooLong_IsRefusedAndWritesNothing()
    {
        using var log = RecordLog.Open(FileSystems.Default, _folder["a.log"]);

        Assert.That(() => log.Append(new byte[RecordLog.MaxRecordBytes + 1]), Throws.ArgumentException.With.Message.StartsWith(
            $"A record of {RecordLog.MaxRecordBytes + 1} bytes is longer than a log takes ({RecordLog.MaxRecordBytes})."));
        Assert.That(new FileInfo(_folder["a.log"]).Length, Is.Zero);
        log.Append(new byte[RecordLog.MaxRecordBytes], toDisk: false);
        Assert.That(new FileInfo(_folder["a.log"]).Length, Is.EqualTo(16 + RecordLog.MaxRecordBytes), "the longest is taken");
    }

    /// <summary>Heads whose own checksum holds and that lie about what follows, and marks that begin no record.</summary>
    [Test]
    public void Parse_OfLyingHeads_TakesTheSoundRecordsBetweenThem()
    {
        var (sound, starts) = Log(2);
        byte[] first = sound[..starts[1]], mark = [0xFF, 0x4C, 0xFE, 0x52];
        byte[] lies =
        [
            .. Head(-1), .. Head(int.MinValue), .. Head(int.MaxValue), .. Head(sound.Length + 1), .. Head(3), .. mark, .. mark, 0xFF,
            .. mark,
        ];

        var content = RecordLog.Parse((byte[])[.. first, .. lies, .. sound[starts[1]..], .. Head(1)]);

        Assert.That(content.Records.Select(Text), Is.EqualTo(Expected([0, 1])));
        Assert.That(content.Lost, Is.EqualTo(new[]
        {
            new LostRange(first.Length, first.Length + lies.Length, 1),
            new LostRange(sound.Length + lies.Length, sound.Length + lies.Length + 16, 2),
        }));
        Assert.That($"{content.Lost[0]}", Is.EqualTo(
            $"bytes {first.Length} to {first.Length + lies.Length - 1} (after record 1) hold no intact record"));

        byte[] Head(int length)
        {
            byte[] head = [.. mark, .. BitConverter.GetBytes(length), .. BitConverter.GetBytes(7)];
            return [.. head, .. BitConverter.GetBytes(RecordLog.Checksum(head))];
        }
    }

    /// <summary>The check value that the CRC-32C's definition gives for the nine digits, and every length around a word.</summary>
    [Test]
    public void Checksum_IsCrc32C()
    {
        Assert.That(RecordLog.Checksum("123456789"u8), Is.EqualTo(0xE3069283));
        Assert.That(RecordLog.Checksum([]), Is.Zero);
        Assert.That(RecordLog.Checksum(new byte[32]), Is.EqualTo(0x8A9136AA), "RFC 3720, 32 bytes of zeros");
    }

    private (byte[] Bytes, List<int> Starts) Log(int records)
    {
        var path = _folder[$"{records}-records.log"];
        var starts = new List<int> { 0 };
        using (var log = RecordLog.Open(FileSystems.Default, path))
            for (var i = 0; i < records; i++)
            {
                log.Append(Payload(i), toDisk: false);
                starts.Add((int)new FileInfo(path).Length);
            }
        return (File.ReadAllBytes(path), starts);
    }

    private static byte[] Payload(int i) => Encoding.UTF8.GetBytes($$"""{"step":{{i}},"text":"{{new string('é', i % 17)}}"}""");

    private static string Text(ReadOnlyMemory<byte> record) => Encoding.UTF8.GetString(record.Span);

    private static IEnumerable<string> Expected(IEnumerable<int> indices) => indices.Select(i => Encoding.UTF8.GetString(Payload(i)));
}
