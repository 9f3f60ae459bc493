using System.Text;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Runs;

/// <summary>A run's records, cut and changed at every byte: all that is intact comes back, and the rest is named.</summary>
public sealed class DamagedJournalTests
{
    [Test]
    public void Read_CutOrChangedAtAnyByteOfASmallJournal_ReturnsTheRest() => Damage(bytes: 2 << 10);

    // 131,072 cases.
    [Test]
    [Category("Nightly")]
    public void Read_CutOrChangedAtAnyByteOf64KiB_ReturnsTheRest() => Damage(bytes: 64 << 10);

    private static void Damage(int bytes)
    {
        var (journal, ends) = Write(bytes);
        for (var at = 0; at < journal.Length; at++)
        {
            var cut = RecordLog.Parse(journal.AsMemory(0, at));
            var whole = ends.TakeWhile(end => end <= at).Count();
            Assert.That(cut.Records, Has.Count.EqualTo(whole), $"cut at {at}");
            Assert.That(cut.Lost.Count, Is.EqualTo(at == (whole == 0 ? 0 : ends[whole - 1]) ? 0 : 1), $"cut at {at}");

            journal[at] ^= 0x20;
            var flipped = RecordLog.Parse(journal);
            journal[at] ^= 0x20;
            var hit = ends.FindIndex(end => at < end);
            Assert.That(flipped.Records, Has.Count.EqualTo(ends.Count - 1), $"changed at {at}");
            Assert.That(flipped.Lost.Single(), Is.EqualTo(new LostRange(hit == 0 ? 0 : ends[hit - 1], ends[hit], hit)), $"changed at {at}");
        }
    }

    private static (byte[] Journal, List<int> Ends) Write(int bytes)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "journal.log");
        var ends = new List<int>();
        using (var log = RecordLog.Open(FileSystems.Default, path))
            for (var i = 0; ends.Count == 0 || ends[^1] < bytes; i++)
            {
                log.Append(Encoding.UTF8.GetBytes($$"""{"series":"svf","name":"loss","step":{{i}},"value":{{i * 0.5}}}"""), toDisk: false);
                ends.Add((int)new FileInfo(path).Length);
            }
        return (File.ReadAllBytes(path), ends);
    }

    [Test]
    public void Read_OfADamagedRun_NamesTheFileAndTheRange()
    {
        using var folder = new TemporaryFolder();
        using (var recorder = new RunRecorder(FileSystems.Default, folder.Path, TimeProvider.System))
            for (var step = 0; step < 3; step++) recorder.Append("svf", "loss", step, step);
        var file = Directory.GetFiles(Path.Combine(folder.Path, "records"), "*.log").Single();
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        var records = RunRecords.Read(folder.Path);
        Assert.That(records.Points.Select(p => p.Step), Is.EqualTo(new[] { 0, 2 }));
        Assert.That(records.Lost.Single().File, Is.EqualTo(Path.GetFileName(file)));
        Assert.That(records.Lost.Single().Range.RecordsBefore, Is.EqualTo(1));
    }
}
