using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

/// <summary>Whole runs of the experiment at sizes that show nothing but that every part works.</summary>
[Category("Slow")]
public sealed class CommunitiesExperimentTests
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
        Assert.That(alone.Claims.Select(claim => claim.Id), Is.EquivalentTo(Endpoints.Known.Keys.Select(id => $"communities.{id}")));
        Assert.That(alone.Metrics.Select(metric => metric.Value), Is.All.Matches<double>(double.IsFinite));
        Assert.That(alone.Claims.Single(claim => claim.Id == "communities.E1").Verdict, Is.EqualTo(Verdict.Reproduced));
        Assert.That(alone.Claims.Single(claim => claim.Id == "communities.E2").Verdict, Is.EqualTo(Verdict.Reproduced));
        foreach (var picture in new[] { "communities.svg", "communities-positive.svg", "dose.svg" })
            Assert.That(File.ReadAllText(_folder[$"run/{picture}"]), Does.Contain("<svg"));
        Assert.That(RunChart.ReadAll(_folder["run"]).Select(chart => chart.Kind),
            Does.Contain(RunChartKind.Matrix).And.Contain(RunChartKind.Network));
        Assert.That(MultiplexNetwork.Load(_folder["run/networks/dense-1"]).Importance.Rows, Has.Count.EqualTo(8));

        foreach (var part in new[] { "dense-1-importance", "modular-1-11-networks", "dense-1-tuning-fact-inverted", "dense-1-removal-1" })
            File.Delete(_folder[$"run/parts/{part}.json"]);
        var resumed = Run("smoke", resume: true);
        Assert.That(resumed.Metrics, Is.EqualTo(alone.Metrics));
        Assert.That(resumed.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(alone.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
    }

    [Test]
    public void Run_Paper_OnATinyModel_StudiesItOnPublicBenchmarks()
    {
        using var random = new TorchSharp.torch.Generator(3);
        var tokenizer = VocabularyTokenizer.Bytes();
        using (var model = new LanguageModel(
            new TransformerModel(TransformerConfig.Llama(tokenizer.VocabularySize, 16, 2, 4, 1024), random), tokenizer))
            model.Save(_folder["tiny"]);
        string[] sets = ["arc/easy", "arc/challenge", "commonsenseqa", "openbookqa"];
        if (!sets.All(BenchmarkSet.IsHere)) Assert.Ignore("The public data is not on this machine.");
        string[][] skills = [["reasoning"], ["planning"], ["semantic memory"], ["episodic memory", "reasoning"]];
        File.WriteAllLines(_folder["labels.jsonl"], sets.Zip(skills, (set, needed) =>
            $$"""{ "dataSet": "{{set}}", "skills": [ {{string.Join(", ", needed.Select(skill => $"\"{skill}\""))}} ] }"""));
        var result = Run("paper", resume: false,
            $"folders=[\"{_folder["tiny"]}\"]",
            $"real={{ \"sets\": [ {string.Join(", ", sets.Select(set => $"\"{set}\""))} ], \"questions\": 6, \"labels\": "
                + $"\"{_folder["labels.jsonl"]}\" }}",
            "network.calibrationQuestions=2", "network.ablationQuestions=2", "network.ratios=[0.2]",
            "network.pruningQuestions=2", "network.pruningTestQuestions=2",
            "network.alpha=0.3", "network.draws=2", "network.louvainRuns=3", "network.permutations=19", "network.communityPermutations=19",
            "network.shuffles=2",
            "questions.validation=10", "device=cpu");
        Assert.That(result.Metrics.Single(metric => metric is { Arm: "folder-1", Name: "parameters" }).Value, Is.Positive);
        Assert.That(result.Claims.Single(claim => claim.Id == "communities.E2").Estimate, Is.Not.Null);
        Assert.That(result.Claims.Single(claim => claim.Id == "communities.E10A").Verdict, Is.EqualTo(Verdict.NotTestableHere));
    }

    private RunResult Run(string preset, bool resume, params string[] sets) => new CommunitiesExperiment().Run(
        new RunRequest(preset, 1, sets, _folder["run"], resume),
        new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None));
}
