using MlNetLlm.Checkpoints;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.SemanticProbing;

/// <summary>Whole runs of the experiment at sizes that show nothing but that every part works.</summary>
[Category("Slow")]
public sealed class ProbingExperimentTests
{
    private static readonly int End = KarelReading.Text.Encoding.Special.Eos!.Value;

    // Everything that costs time, made small.
    private static readonly string[] _tiny =
    [
        "trainPrograms=600", "training.maxSteps=6", "training.batchSize=16", "snapshotSteps=[2]", "testPrograms=40", "probePrograms=60",
        "snapshotProbePrograms=40", "validationPrograms=30", "minProbeRows=2", "linearProbe.maxExamples=500", "mlpProbe.maxExamples=300",
        "mlpProbe.firstUnits=16", "bootstrapResamples=20", "codeBlockPercents=[25,50,100]",
    ];

    [Test]
    public void Run_Smoke_JudgesEveryClaim_AndDrawsThePicture()
    {
        using var folder = new TemporaryFolder();
        var result = Run(folder["run"], "smoke", _tiny);
        Assert.That(result.Claims.Select(claim => claim.Id), Is.EqualTo(Enumerable.Range(1, 16).Select(i => $"probing.P{i}")));
        Assert.That(result.Claims.Single(claim => claim.Id == "probing.P10").Ci95, Is.Not.Null);
        Assert.That(result.Metrics.Select(metric => metric.Arm), Does.Contain("step 0").And.Contain("step 6").And.Contain("linear/flip/t")
            .And.Contain("mlp1/control").And.Contain("linear/record").And.Contain("untrained network, linear/original/t")
            .And.Contain("other prompt, linear/original/t").And.Contain("code map5/Direction, probes"));
        Assert.That(result.Metrics.Select(metric => metric.Value), Is.All.Matches<double>(double.IsFinite));
        Assert.That(result.Data.Single(), Has.Property("Rows").EqualTo(600).And.Property("Sha256").Length.EqualTo(64));
        Assert.That(File.ReadAllText(folder["run/training.svg"]), Does.Contain("<svg"));
        var levels = RunChart.ReadAll(folder["run"]).Single(chart => chart.Kind == RunChartKind.Matrix);
        Assert.That(levels.Rows, Is.EqualTo(new[] { "embeddings", "layer 1", "layer 2" }));
        Assert.That(levels.Columns, Is.EqualTo(new[] { "0", "2", "6" }));
        Assert.That(levels.Values!.SelectMany(row => row), Is.All.InRange(0, 1));
        Assert.That(levels.Values![2][2], Is.EqualTo(result.Metrics.Single(metric =>
            metric is { Arm: "step 6, forced programs, layer 2, linear/original/t", Name: "content" }).Value));
    }

    [Test]
    public void Run_ResumedAfterItsParts_GivesTheSameResult()
    {
        using var folder = new TemporaryFolder();
        var first = Run(folder["run"], "smoke", _tiny);
        File.Delete(folder["run/parts/model-1-step-2.json"]);
        File.Delete(folder["run/parts/model-1-final.json"]);
        var again = Run(folder["run"], "smoke", _tiny, resume: true);
        Assert.That(
            again.Metrics.Select(metric => (metric.Arm, metric.Name, metric.Value)),
            Is.EqualTo(first.Metrics.Select(metric => (metric.Arm, metric.Name, metric.Value))));
        Assert.That(again.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(first.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
    }

    [Test]
    public void Run_Paper_StartsAndTakesItsFirstStep()
    {
        using var folder = new TemporaryFolder();
        string[] first =
        [
            .. _tiny, "layers=1", "width=32", "heads=4", "training.maxSteps=1", "training.batchSize=2", "training.gradientAccumulation=1",
            "training.device=cpu", "device=cpu", "linearProbe.device=cpu", "mlpProbe.device=cpu", "trainPrograms=8", "snapshotSteps=[]", "maxHiddenLayers=0", "mlpOnSnapshots=false",
            "probeSeeds=[0]", "probePrograms=16", "snapshotProbePrograms=12", "validationPrograms=12", "testPrograms=12",
        ];
        var result = Run(folder["run"], "paper", first);
        Assert.That(result.Metrics.Single(metric => metric is { Arm: "model 8", Name: "loss" }).Value, Is.InRange(0.1, 2 * Math.Log(51)));
    }

    [Test]
    public void Run_OverHuggingFaceCheckpoints_ProbesThem()
    {
        using var folder = new TemporaryFolder();
        var config = KarelReading.Text.Fit(TransformerConfig.CodeGen(1, 32, 2, 4, 1), examples: 1, maxOperations: 5);
        foreach (var step in new[] { 0, 10, 20 })
        {
            using var random = new TorchSharp.torch.Generator((ulong)step + 1);
            var module = new TransformerModel(config, random, 0.2);
            var bias = module.named_parameters().Single(p => p.name == "head.bias").parameter;
            using (TorchSharp.torch.no_grad()) bias.narrow(0, End, 1).sub_(1);                          // programs of some length
            using var model = new LanguageModel(module, KarelReading.Text.Tokenizer());
            HuggingFaceFolder.Save(model, folder[$"checkpoints/checkpoint-{step}"]);
        }
        var result = Run(folder["run"], "smoke", [.. _tiny, $"checkpoints=\"{folder["checkpoints"]}\""]);
        Assert.That(result.Metrics.Select(metric => metric.Arm),
            Does.Contain("step 0").And.Contain("step 20").And.Contain("linear/flip/t"));
        Assert.That(Directory.Exists(folder["run/models"]), Is.False);
    }

    private static RunResult Run(string folder, string preset, string[] sets, bool resume = false)
    {
        var context = new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None);
        return new ProbingExperiment().Run(new RunRequest(preset, 1, sets, folder, resume), context);
    }
}
