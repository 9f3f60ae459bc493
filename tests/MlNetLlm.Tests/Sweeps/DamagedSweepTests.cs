using System.Globalization;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Persistence;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Sweeps;

/// <summary>A sweep whose journal lost a record: it ends as if nothing had happened, or says what is lost.</summary>
public sealed class DamagedSweepTests
{
    private const int HeadBytes = 16;

    private static readonly HalvingOptions _halving = new() { Option = "maxTokens", Budgets = [1, 2], Keep = 0.5 };

    private static ParallelSweep Sweep(string folder, SweepOptions options) => new(
        new SearchSpace { { "x", new UniformDoubleOption(0, 1, defaultValue: 0.2) } }, options, folder,
        (request, _) => Task.FromResult(new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed,
            Math.Abs(double.Parse(request.Values["x"], CultureInfo.InvariantCulture) - 0.6), 10)));

    private static async Task<List<string>> RunAsync(ParallelSweep sweep) => [.. (await sweep.RunAsync()).Select(t =>
        $"{t.Request.Trial} {t.Request.Round} {string.Join(' ', t.Request.Values.OrderBy(v => v.Key))} {t.Outcome.Loss:R}")];

    // One bit in the payload of an intact record; other records stay as they are.
    private static void Damage(string folder, int record)
    {
        var file = Path.Combine(folder, "trials.log");
        var content = RecordLog.Read(file);
        var before = content.Records.Take(record).Sum(r => HeadBytes + r.Length)
            + content.Lost.Where(range => range.RecordsBefore <= record).Sum(range => range.To - range.From);
        var bytes = File.ReadAllBytes(file);
        bytes[before + HeadBytes] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static int Records(string folder) => RecordLog.Read(Path.Combine(folder, "trials.log")).Records.Count;

    [TestCase(TunerKind.Random, false)]
    [TestCase(TunerKind.Random, true)]
    [TestCase(TunerKind.Grid, true)]
    public async Task RunAsync_WithAnyRecordLostButThePlan_EndsTheSame(TunerKind tuner, bool halving)
    {
        var options = new SweepOptions { Trials = 3, Tuner = tuner, GridSteps = 5, Halving = halving ? _halving : null };
        using var whole = new TemporaryFolder();
        var expected = await RunAsync(Sweep(whole.Path, options));
        var records = Records(whole.Path);
        Assert.That(records, Is.EqualTo(1 + (2 * (halving ? 3 + 2 : 3))));
        for (var lost = 1; lost < records; lost++)
        {
            using var folder = new TemporaryFolder();
            File.Copy(whole["trials.log"], folder["trials.log"]);
            Damage(folder.Path, lost);
            Assert.That(await RunAsync(Sweep(folder.Path, options)), Is.EqualTo(expected), $"record {lost}");
            Damage(folder.Path, 1);   // and once more, when what was lost is back at the end
            Assert.That(await RunAsync(Sweep(folder.Path, options)), Is.EqualTo(expected), $"record {lost}, then 1");
            Assert.That(ParallelSweep.Read(folder.Path).Select(t => t.Outcome), Has.None.Null);
        }
    }

    [Test]
    public async Task RunAsync_OfATunerThatLearnsWithARecordLost_GoesOnOrSaysWhatIsLost()
    {
        const int trials = 4;
        var options = new SweepOptions { Trials = trials, Tuner = TunerKind.CostFrugal };
        using var whole = new TemporaryFolder();
        await RunAsync(Sweep(whole.Path, options));
        var refused = 0;
        for (var lost = 1; lost < Records(whole.Path); lost++)
        {
            using var folder = new TemporaryFolder();
            File.Copy(whole["trials.log"], folder["trials.log"]);
            Damage(folder.Path, lost);
            try
            {
                Assert.That(await Sweep(folder.Path, options).RunAsync(), Has.Count.EqualTo(trials), $"record {lost}");
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.That(error.Message, Does.Contain("trials.log' is damaged: bytes ").And.Contain($"(after record {lost})")
                    .And.Contain($"The tuner CostFrugal has learned from what is lost"));
            }
        }
        Assert.That(refused, Is.GreaterThan(0));
    }

    [Test]
    public async Task RunAsync_WithItsPlanLost_SaysSo_UnlessNothingWasLearned()
    {
        using var folder = new TemporaryFolder();
        var sweep = Sweep(folder.Path, new SweepOptions { Trials = 2 });
        var expected = await RunAsync(sweep);
        Damage(folder.Path, 0);
        Assert.That(sweep.Check, Throws.TypeOf<InvalidDataException>().With.Message.Contains("trials.log' is damaged: bytes 0 to ")
            .And.Message.Contains("It no longer says which sweep it is of; restore the file from a copy, or choose another folder."));

        using var begun = new TemporaryFolder();
        using (var journal = SweepJournal.Open(FileSystems.Default, begun.Path))
        {
            journal.Append(new SweepEntry(Plan: "{}"));
            journal.Append(new SweepEntry(Proposed: new TrialRequest(0, 0, new Dictionary<string, string> { ["x"] = "9" })));
        }
        Damage(begun.Path, 0);
        Assert.That(await RunAsync(Sweep(begun.Path, new SweepOptions { Trials = 2 })), Is.EqualTo(expected));
    }

    /// <summary>A plan makes room for another; where that one is lost, what follows it is not taken for the first's.</summary>
    [Test]
    public async Task RunAsync_WithALaterPlanLost_SaysSo()
    {
        using var folder = new TemporaryFolder();
        using (var journal = SweepJournal.Open(FileSystems.Default, folder.Path))
        {
            journal.Append(new SweepEntry(Plan: "{}"));
            journal.Append(new SweepEntry(Proposed: new TrialRequest(0, 0, new Dictionary<string, string> { ["x"] = "9" })));
        }
        await RunAsync(Sweep(folder.Path, new SweepOptions { Trials = 2 }));
        Damage(folder.Path, 2);
        Assert.That(Sweep(folder.Path, new SweepOptions { Trials = 2 }).Check,
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("is damaged").And.Message.Contains("which sweep it is of"));
    }
}
