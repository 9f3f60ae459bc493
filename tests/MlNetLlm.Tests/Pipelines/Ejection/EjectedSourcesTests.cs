using System.Text.Json.Nodes;
using Microsoft.ML;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Tokenization;
using Arms = MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Arms;
using BaselinesSection = MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections.BaselinesSection;
using StageOptions = MlNetLlm.Pipelines.ConceptMixing.StageOptions;

namespace MlNetLlm.Tests.Pipelines.Ejection;

/// <summary>
/// What is ejected of a run of each experiment compiles against the library alone. That it gives the run's numbers too is for
/// <see cref="EjectCommandTests"/>, in the slow tier.
/// </summary>
public sealed class EjectedSourcesTests
{
    private static TestCaseData[] Runs { get; } =
    [
        Case(new SvfExperiment(), "", Svf), Case(new SvfExperiment(), ", miniature", Miniature),
        Case(new ProbingExperiment(), "", experiment => Run(experiment, Load<ProbingOptions>(experiment))),
        Case(new ResetExperiment(), "", Reset), Case(new ConceptsExperiment(), "", Concepts),
        Case(new CommunitiesExperiment(), "", experiment => Run(experiment, Load<CommunitiesOptions>(experiment))),
    ];

    [TestCaseSource(nameof(Runs))]
    public void Eject_OfARunOfEachExperiment_Compiles(Experiment experiment, Func<Experiment, RunResult> run)
    {
        var sources = ((IEjectable)experiment).Eject(run(experiment)).Files().Where(file => file.Name.EndsWith(".cs")).ToList();
        Assert.That(sources.Select(file => file.Name),
            Is.SupersetOf(new[] { "Consumption.cs", "ProgressLines.cs", "Training.cs", "Values.cs" }));
        Assert.That(CSharp.Faults(sources), Is.Empty);
    }

    [Test]
    public void Runs_AreOfEveryExperiment() => Assert.That(
        Runs.Select(run => ((Experiment)run.Arguments[0]!).Name).Distinct(),
        Is.EquivalentTo(ExperimentTable.All.Select(experiment => experiment.Name)));

    [TestCase("return Values.Seed;", null)]
    [TestCase("return Values.Sead;", "CS0117")]
    [TestCase("return Values.Name.Length;", "CS8602")]
    [TestCase("return MlNetLlm.Pipelines.Commands.ExitCodes.Cancelled;", "CS0234")]
    public void Faults_AreErrorsAndWarnings(string program, string? fault)
    {
        const string values = "internal static class Values { public const int Seed = 1; public static string? Name { get; } }";
        var faults = CSharp.Faults([("Training.cs", program), ("Values.cs", values)]);
        Assert.That(faults, fault is null ? Is.Empty : Has.Exactly(1).Contains(fault).And.Exactly(1).StartsWith("Training.cs(1,"));
    }

    private static RunResult Svf(Experiment experiment)
    {
        // Any place that is there will do.
        var place = AppContext.BaseDirectory;
        var rates = new[] { "svf-mlp", "lora-1", "full" }.Select(arm => new RunMetric(arm, "learning rate", null, 0.01));
        return Run(experiment, Load<SvfExperimentOptions>(experiment, $"model={place}", $"text={place}"), rates) with
        {
            Data = [new RunData(place, "", 1, "file")],
        };
    }

    private static RunResult Miniature(Experiment experiment)
    {
        var options = MiniatureRunTests.Tiny(["baselines", "strategies"]);
        var arm = BaselinesSection.ExpertArm(options.Miniature!.Questions.Train);
        return Run(experiment, options, Arms.Tasks.Select(task => new RunMetric(arm, "learning rate", task, 0.01)));
    }

    private static RunResult Reset(Experiment experiment)
    {
        var options = Load<ResetExperimentOptions>(experiment);
        return Run(experiment, options, new[] { ResetArms.Forgetting, ResetArms.Standard }.Select(
            arm => new RunMetric($"{options.Sections[0].Name}/{arm}", ResetReport.ChosenRate, null, 1)));
    }

    private static RunResult Concepts(Experiment experiment)
    {
        var options = Load<ConceptsOptions>(experiment);
        var result = Run(experiment, options, ConceptArms.Known.Keys.Select(
            arm => new RunMetric($"{options.Studies[0].Name}/{arm}", ConceptsReport.ChosenRate, null, 0.01)));
        var text = new SplitText(new MLContext(result.Seed), options.Text, ProgressDisplay.OnStandardError());
        var tokenizer = BpeTrainer.Train(text.Blocks(TextSplit.Teacher), StageOptions.Vocabulary(options.Text));
        return result with { Data = [.. text.Describe(Corpus.Of(text, options, tokenizer).Sizes)] };
    }

    private static TOptions Load<TOptions>(Experiment experiment, params string[] sets)
        where TOptions : class => PresetFile.Load<TOptions>(experiment, "smoke", sets);

    // A run as it would be stored: its options, and of its metrics those that the pipeline needs.
    private static RunResult Run<TOptions>(Experiment experiment, TOptions options, params IEnumerable<RunMetric> metrics)
        where TOptions : class => new()
    {
        Experiment = experiment.Name, Preset = "smoke", Seed = 1, Seconds = 1, PeakMemoryMiB = 1,
        Environment = new RunEnvironment("", "", "", "cpu", 1), Data = [], Options = PresetFile.ToJson(options),
        Metrics = [.. metrics], Claims = [],
    };

    private static TestCaseData Case(Experiment experiment, string part, Func<Experiment, RunResult> run) =>
        new TestCaseData(experiment, run).SetArgDisplayNames(experiment.Name + part);
}
