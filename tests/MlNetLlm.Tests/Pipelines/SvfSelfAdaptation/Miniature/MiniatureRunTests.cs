using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Every section of the miniature at the smallest size. What it finds means nothing; that it finds it is the point.</summary>
public sealed class MiniatureRunTests
{
    private static readonly SvfExperiment Experiment = new();

    internal static SvfExperimentOptions Tiny(IReadOnlyList<string> sections)
    {
        var mini = PresetFile.Load<SvfExperimentOptions>(Experiment, "mini", []);
        return mini with
        {
            RealData = null,
            Miniature = mini.Miniature! with
            {
                Seeds = 2, Sections = sections, Shuffles = 1, BootstrapResamples = 50,
                Base = mini.Miniature.Base with
                {
                    Width = 16, Layers = 2, Heads = 2, FeedForwardWidth = 24, Steps = 3, BatchSize = 4, English = null,
                    Mixture = mini.Miniature.Base.Mixture with { Rows = 40 },
                },
                Gate = new GateOptions { Questions = 4, SampledQuestions = 2, Samples = 2 },
                Questions = new QuestionCounts { Train = 6, OtherTrain = [4, 8], Validation = 4, Test = 6, Shots = 2, Routing = 4 },
                Reinforcement = new ReinforcementOptions { SvfRates = [0.01, 0.03], Iterations = 2, BatchSize = 4, EvaluateEvery = 1 },
                NextToken = new NextTokenOptions { LoraRates = [0.003], Steps = 2 },
                LoraByRewards = new LoraByRewardsOptions { Rates = [0.002, 0.05], Seeds = 2 },
                ContinualSeeds = 2,
                Strategies = new StrategyOptions { Generations = 1, SelectionQuestions = 2, TimedAnswers = [1, 8], Repeats = 2 },
                FewShot = new FewShotGrid { Budgets = [new(2, 1), new(3, 1)], Seeds = 2 },
                Components = new ComponentOptions { Bands = 3, Questions = 4 },
            },
        };
    }

    [Test]
    public void Run_ThatIsResumed_FindsTheSame_AndTrainsNothingTwice()
    {
        using var folder = new TemporaryFolder();
        var tiny = Tiny(["gate", "parameters"]);
        var (first, trained) = Run(tiny, folder.Path, resume: false);
        Assert.That(trained, Is.Positive);
        File.Delete(Path.Combine(folder.Path, "result.json"));
        var (second, again) = Run(tiny, folder.Path, resume: true);
        Assert.That(again, Is.Zero);
        Assert.That(second.Metrics, Is.EqualTo(first.Metrics));
        Assert.That(second.Data, Is.EqualTo(first.Data));
        Assert.That(second.Data.Select(data => data.Sha256), Is.All.Length.EqualTo(64));
        Assert.That(second.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict)),
            Is.EqualTo(first.Claims.Select(claim => (claim.Id, claim.Estimate, claim.Verdict))));
        Assert.That(second.Claims.Single(claim => claim.Id == "svf.E15").Estimate, Is.Zero, "counted and by formula");
    }

    [Test]
    [Category("Slow")]
    public void Run_OfEverySection_TestsEveryClaimButTheOneThatCannotBe()
    {
        using var folder = new TemporaryFolder();
        var (result, _) = Run(Tiny([.. MiniatureRun.Sections.Keys]), folder.Path, resume: false);
        Assert.That(result.Claims.Where(claim => claim.Verdict == Verdict.NotTestableHere).Select(claim => claim.Id),
            Is.EqualTo(new[] { "svf.E13" }));
        Assert.That(result.Metrics.Select(metric => metric.Value), Is.All.Not.NaN);
        Assert.That(result.Claims.Single(claim => claim.Id == "svf.E11").Estimate, Is.Zero, "an expert more must change nothing");
        Assert.That(result.Metrics.Select(metric => (metric.Arm, metric.Name, metric.Split)), Is.Unique);
        foreach (var picture in (string[])["learning.svg", "spectra.svg", "path.svg"])
            Assert.That(File.Exists(Path.Combine(folder.Path, picture)), picture);
        var routing = RunChart.ReadAll(folder.Path).Where(chart => chart.Kind == RunChartKind.Matrix).ToList();
        Assert.That(routing, Has.Count.EqualTo(2), "prompt and classification expert");
        Assert.That(routing.SelectMany(chart => chart.Values!).Select(row => row.Sum()), Is.All.EqualTo(1).Within(1e-9));
    }

    private static (RunResult Result, int Trained) Run(SvfExperimentOptions options, string folder, bool resume)
    {
        var before = Directory.Exists(Path.Combine(folder, "models")) ? Newest(folder) : DateTime.MinValue;
        var request = new RunRequest("mini", 1, [], folder, resume) { Options = PresetFile.ToJson(options) };
        var result = Experiment.Run(
            request, new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None));
        return (result, Directory.GetDirectories(Path.Combine(folder, "models"))
            .Count(model => Directory.GetLastWriteTimeUtc(model) > before));
    }

    private static DateTime Newest(string folder) =>
        Directory.GetDirectories(Path.Combine(folder, "models")).Max(Directory.GetLastWriteTimeUtc);
}
