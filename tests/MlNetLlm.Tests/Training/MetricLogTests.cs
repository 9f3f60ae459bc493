using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class MetricLogTests
{
    [Test]
    public void Open_WithFewerBytes_ForgetsTheRest()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(root["run"]);
        var files = new UnsyncedFileSystem();
        long first;
        using (var log = new MetricLog(files, root["run"], keepBytes: 0))
        {
            log.Append(new TrainingMetrics(1, 10, 2.5, 0.5, 0.01, null));
            first = log.Bytes;
            log.Append(new TrainingMetrics(2, 20, 2.25, 0.5, 0.01, 3));
            log.Flush();
        }
        foreach (var (keep, steps) in new (long, int[])[] { (long.MaxValue, [1, 2]), (first, [1]), (first, [1]), (0, []) })
        {
            using (new MetricLog(files, root["run"], keep))
            {
            }
            Assert.That(TrainingMetrics.Read(root["run"]).Select(metrics => metrics.Step), Is.EqualTo(steps), $"{keep} bytes");
        }
    }

    /// <summary>A step must not cost a wait for the disk: the operating system has it, and a kill cannot lose it.</summary>
    [Test]
    public void Append_IsOneWrite_AndALogOfTheRightLengthIsNotWrittenAnew()
    {
        using var root = new TemporaryFolder();
        var files = new FaultyFileSystem(Fault.PowerLoss, failAt: int.MaxValue, sticky: true);
        using (var log = new MetricLog(files, root.Path, keepBytes: 0))
        {
            var before = files.Operations;
            log.Append(new TrainingMetrics(1, 10, 2.5, 0.5, 0.01, null));
            Assert.That(files.Operations - before, Is.EqualTo(1));
        }
        var opened = files.Operations;
        using (new MetricLog(files, root.Path, keepBytes: new FileInfo(root[TrainingMetrics.FileName]).Length))
            Assert.That(files.Operations - opened, Is.EqualTo(1));
    }
}
