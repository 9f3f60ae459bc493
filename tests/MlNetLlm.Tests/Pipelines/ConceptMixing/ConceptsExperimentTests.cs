using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using TorchSharp;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

/// <summary>Whole runs of the experiment at sizes that show nothing but that every part works.</summary>
[Category("Slow")]
public sealed class ConceptsExperimentTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void Run_Smoke_JudgesEveryClaim_DrawsItsPictures_AndResumesToTheSameNumbers()
    {
        var alone = Run("smoke", resume: false);
        Assert.That(alone.Claims.Select(claim => claim.Id), Is.EqualTo(PlantedRun.Smoke.Claims.Select(claim => claim.Id)));
        Assert.That(alone.Metrics.Select(metric => metric.Value), Is.All.Matches<double>(double.IsFinite));
        Assert.That(alone.Metrics.Where(metric => metric.Name.StartsWith("gate passed", StringComparison.Ordinal)).ToList(),
            Has.Count.EqualTo(10));
        foreach (var picture in new[] { "loss-main.svg", "loss-weak.svg", "loss-shift.svg", "loss-larger.svg", "dose-response.svg" })
            Assert.That(File.ReadAllText(_folder[$"run/{picture}"]), Does.Contain("<svg"));
        Assert.That(File.ReadAllText(_folder["run/charts/concepts.json"]), Does.Contain("α = "));

        foreach (var part in new[] { "teacher", "teacher.autoencoder", "main.A5.1", "main.A4.2", "weak.A1.1", "steering.1" })
            File.Delete(_folder[$"run/parts/{part}.json"]);
        var resumed = Run("smoke", resume: true);
        Assert.That(Comparable(resumed), Is.EqualTo(Comparable(alone)));
        Assert.That(resumed.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(alone.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
    }

    [Test]
    public void Run_Smoke_LeavesNextTokenPredictionWithoutTheTeachersTouch()
    {
        var result = Run("smoke", resume: false);
        double Metric(string arm, string name) => result.Metrics.First(metric => metric.Arm == arm && metric.Name == name).Value;
        Assert.That(Metric("weak/A1", "loss, nats"), Is.EqualTo(Metric("main/A1", "loss, nats")), "all the same but the teacher");
        Assert.That(Metric("weak/A5", "loss, nats"), Is.Not.EqualTo(Metric("main/A5", "loss, nats")));
        Assert.That(Metric("main/A6", "tokens"), Is.GreaterThan(Metric("main/A1", "tokens")), "as many FLOPs, more tokens");
        Assert.That(Metric("main/A5-short", "tokens"), Is.LessThan(Metric("main/A5", "tokens")));
        Assert.That(Metric("main/A5", "active parameters"), Is.EqualTo(Metric("main/A1", "active parameters")).Within(15).Percent);
    }

    [Test]
    public void Run_Paper_OnATinyTeacherAndText_TakesItsFirstSteps()
    {
        Run("smoke", resume: false);
        var text = Directory.CreateDirectory(_folder["text"]).FullName;
        File.WriteAllText(Path.Combine(text, "tales.txt"), string.Join("\n\n",
            Enumerable.Range(0, 600).Select(i => $"day {i}: the old bear ran after the quiet mouse near the river and was happy")));
        SavePublished(_folder["sae.safetensors"], width: 16, latents: 64);
        var result = Run("paper", resume: false,
            $"teacher.folder={_folder["run/models/teacher"]}", "teacher.layer=1", "teacher.training.device=cpu",
            $"autoencoder.file={_folder["sae.safetensors"]}",
            "autoencoder.latents=64", "autoencoder.activeLatents=8", $"text.name={text}", $"text.shiftName={text}",
            "text.blockParagraphs=5", "text.teacherShare=0.2", "text.studentShare=0.5", "text.validationShare=0.3",
            "text.shiftStudentShare=0.5", "text.sequenceLength=32", "text.validationTokens=300", "text.curveTokens=100",
            "proxies.questions=4", "proxies.continuationTokens=8",
            "steering.concepts=2", "steering.prompts=2", "steering.promptTokens=8", "steering.continuationTokens=4",
            "steering.continuations=2", "steering.generatedConcepts=1", "steering.costWindows=2",
            """
            studies=[{ "name": "main", "shape": { "layers": 2, "width": 16, "heads": 2 }, "matchedWidth": 18, "insertion": 1,
              "mixedConcepts": 8, "training": { "tokens": 512, "batchSize": 4 }, "curvePoints": 2,
              "runs": [ { "arms": [ "A1", "A2", "A5" ], "seeds": 1 } ] }]
            """,
            "claims=[]");
        Assert.That(result.Metrics.Single(metric => metric is { Arm: "main/A5", Name: "tokens" }).Value, Is.EqualTo(512).Within(64));
        Assert.That(result.Data.Single().Origin, Is.EqualTo("file"));
    }

    // An autoencoder of the published layout, as it is drawn.
    private static void SavePublished(string path, int width, int latents)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(7);
        var columns = torch.randn(latents, width, generator: random);
        columns = columns / columns.square().sum(1, keepdim: true).sqrt();
        Safetensors.Write(FileSystems.Default, path,
        [
            ("pre_bias", torch.zeros(width)), ("latent_bias", torch.zeros(latents)), ("encoder.weight", columns),
            ("decoder.weight", columns.t().contiguous()),
        ]);
    }

    private static List<RunMetric> Comparable(RunResult result) =>
        [.. result.Metrics.Where(metric => !Reproduction.MeasuresTheMachine(metric.Name))];

    private RunResult Run(string preset, bool resume, params string[] sets) => new ConceptsExperiment().Run(
        new RunRequest(preset, 1, sets, _folder[preset == "paper" ? "paper" : "run"], resume),
        new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None));
}
