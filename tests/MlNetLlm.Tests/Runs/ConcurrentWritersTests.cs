using System.Diagnostics;
using System.Globalization;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Runs;

/// <summary>
/// Many processes write into one run of a fresh store while another reads; some are killed. Nothing acknowledged is lost.
/// </summary>
[Platform(Exclude = "Win")]
public sealed class ConcurrentWritersTests
{
    [Test]
    [Category("Campaign")]
    public void Writers_SomeOfThemKilled_LoseNothingTheyAcknowledged() => Write(writers: 4, trials: 40, metrics: 20, kills: 2);

    // 320,000 records; the writers that are killed write again under another name, so that the full count is reached.
    [Test]
    [Category("Nightly")]
    public void Writers_ThirtyTwoOfThem_LoseNothingTheyAcknowledged() => Write(writers: 32, trials: 500, metrics: 20, kills: 100);

    private static void Write(int writers, int trials, int metrics, int kills)
    {
        using var folder = new TemporaryFolder();
        StoredRun.Begin(FileSystems.Default, Path.Combine(folder.Path, "run"),
            new RunManifest("toy", "none", 1, [], DateTimeOffset.UnixEpoch));
        var random = new Random(1);
        var started = 0;
        Writer Begin()
        {
            var name = $"writer-{started++}";
            return new Writer(name, ChildProcess.Start("records", folder.Path, "run", name, $"{trials}", $"{metrics}"));
        }
        var all = Enumerable.Range(0, writers).Select(_ => Begin()).ToList();
        using var reading = new CancellationTokenSource();
        var reader = Task.Run(() => ReadAtTenHertz(folder.Path, reading.Token));
        for (var kill = 0; kill < kills; kill++)
        {
            var victims = all.Where(w => !w.Ended).ToList();
            if (victims.Count == 0) break;
            var victim = victims[random.Next(victims.Count)];
            victim.KillAfter(random.Next(trials));
            all.Add(Begin());
        }
        foreach (var writer in all) writer.Wait();
        reading.Cancel();
        Assert.That(reader.Result, Is.Positive, "the reader read meanwhile");

        var records = StoredRun.Open(Path.Combine(folder.Path, "run")).Records();
        var found = records.Points.ToLookup(p => p.Series);
        foreach (var writer in all)
        {
            var points = found[writer.Name].Select(p => (p.Step, p.Name)).ToList();
            Assert.That(points.Distinct().Count(), Is.EqualTo(points.Count), $"{writer.Name}: duplicates");
            var wanted = Enumerable.Range(0, writer.Acknowledged)
                .SelectMany(t => Enumerable.Range(0, metrics).Select(m => ((long)t, $"metric {m}")));
            Assert.That(wanted.Except(points), Is.Empty, $"{writer.Name}: lost");
            if (!writer.Killed) Assert.That((writer.Acknowledged, writer.Errors), Is.EqualTo((trials, "")));
            if (writer.SlowestMilliseconds is { } p99) Assert.That(p99, Is.LessThanOrEqualTo(50), $"{writer.Name}: p99 of an append, ms");
        }
        Assert.That(records.Lost.Count, Is.LessThanOrEqualTo(all.Count(w => w.Killed)), "a killed writer tears at most its last record");
        using var index = RunIndex.Of(new RunStore(folder.Path));
        Assert.That(index.Query(new RunFilter()), Has.Count.EqualTo(1));
    }

    private static int ReadAtTenHertz(string store, CancellationToken stop)
    {
        var reads = 0;
        do
        {
            _ = RunRecords.Read(Path.Combine(store, "run")).Points.Count;
        {
            using var index = RunIndex.Of(new RunStore(store));
            _ = index.Query(new RunFilter());
        }
            reads++;
        }
        while (!stop.WaitHandle.WaitOne(100));
        return reads;
    }

    [Test]
    [Category("Campaign")]
    public void Store_OpenedByManyAtOnce_WorksForAll() => OpenAtOnce(processes: 8, times: 1);

    [Test]
    [Category("Nightly")]
    public void Store_OpenedByThirtyTwoAtOnce_WorksForAllEveryTime() => OpenAtOnce(processes: 32, times: 100);

    private static void OpenAtOnce(int processes, int times)
    {
        for (var time = 0; time < times; time++)
        {
            using var folder = new TemporaryFolder();
            var fresh = Path.Combine(folder.Path, "fresh");
            var all = Enumerable.Range(0, processes)
                .Select(i => new Writer($"w{i}", ChildProcess.Start("records", fresh, "run", $"w{i}", "1", "1"))).ToList();
            foreach (var writer in all) writer.Wait();
            Assert.That(all.Select(w => (w.Acknowledged, w.Errors)), Has.All.EqualTo((1, "")));
            Assert.That(RunRecords.Read(Path.Combine(fresh, "run")).Points, Has.Count.EqualTo(processes));
        }
    }

    private sealed class Writer
    {
        private readonly Process _process;
        private readonly Task _output;
        private readonly Task<string> _errors;
        private volatile int _acknowledged;
        private int _killAfter = int.MaxValue;

        public Writer(string name, Process process)
        {
            (Name, _process) = (name, process);
            _errors = process.StandardError.ReadToEndAsync();
            _output = Task.Run(Read);
        }

        public string Name { get; }

        public int Acknowledged => _acknowledged;

        public bool Killed { get; private set; }

        public bool Ended => _output.IsCompleted;

        public string Errors => _errors.Result;

        public double? SlowestMilliseconds { get; private set; }

        public void KillAfter(int trials) => Volatile.Write(ref _killAfter, trials);

        public void Wait()
        {
            _output.Wait();
            _process.WaitForExit();
            _process.Dispose();
        }

        private void Read()
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                if (line.StartsWith("p99 ", StringComparison.Ordinal))
                    SlowestMilliseconds = double.Parse(line[4..], CultureInfo.InvariantCulture);
                else
                    _acknowledged++;
                if (Killed || _acknowledged <= Volatile.Read(ref _killAfter)) continue;
                Killed = true;
                _process.Kill();   // SIGKILL; what it said before still stands in the pipe
            }
        }
    }
}
