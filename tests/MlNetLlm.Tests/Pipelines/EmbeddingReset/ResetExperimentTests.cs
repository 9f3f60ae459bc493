using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

/// <summary>The whole experiment at its smallest.</summary>
public sealed class ResetExperimentTests
{
    private const string Tiny = """
        "body": { "layers": 1, "width": 8, "heads": 2 },
        "pretraining": { "updates": 6, "episodes": 3, "batchSize": 4, "textRows": 40, "validationRows": 8 },
        "task": { "updates": 2, "batchSize": 4, "trainRows": 16, "testRows": 8 },
        "relearning": { "updates": 3, "batchSize": 4, "scoreAfter": [ 1, 3 ] }
        """;

    private const string Sections = "sections=[{ \"name\": \"main\", \"seeds\": 2, \"arms\": [ \"AF\", \"B0\", \"B9\" ], "
        + "\"languages\": [ \"d0\", \"d2\", \"d4\" ], \"budgets\": [ 48, 96 ], \"tasks\": [ \"tagging\" ], \"embeddingRates\": [ 1, 4 ], "
        + Tiny + "}]";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void Run_OfTwoSeeds_JudgesEveryClaim_AndResumesToTheSameNumbers()
    {
        var alone = Run("alone", false);
        Assert.That(alone.Claims.Where(claim => claim.Verdict == Verdict.NotTestableHere).Select(claim => claim.Id),
            Is.EqualTo(new[] { "reset.C8", "reset.C9" }), "three episodes and no other domain");
        Assert.That(alone.Metrics.Select(metric => metric.Value), Is.All.Not.NaN);
        Assert.That(alone.Metrics.Where(metric => metric.Name == "embedding rate chosen, x body rate").Select(metric => metric.Value),
            Is.All.EqualTo(1).Or.All.EqualTo(4).Or.Some.EqualTo(1).And.Some.EqualTo(4));
        foreach (var picture in new[] { "saw-tooth.svg", "accuracy.svg" })
            Assert.That(File.ReadAllText(Path.Combine(_folder.Path, "alone", picture)), Does.Contain("<svg"));

        // As if the run had been stopped before its last parts.
        var parts = Directory.GetFiles(Path.Combine(_folder.Path, "alone", "parts"), "main.B0.2.*");
        Assert.That(parts, Has.Length.EqualTo(7), "a body and six cells");
        foreach (var part in parts) File.Delete(part);
        var resumed = Run("alone", true);
        Assert.That(resumed.Metrics, Is.EqualTo(alone.Metrics));
        Assert.That(resumed.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(alone.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
    }

    private RunResult Run(string folder, bool resume) => new ResetExperiment().Run(
        new RunRequest("smoke", 1, [Sections, "bootstrapResamples=200"], Path.Combine(_folder.Path, folder), resume),
        new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None));
}
