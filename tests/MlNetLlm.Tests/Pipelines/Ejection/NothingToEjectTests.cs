using System.Text.Json.Nodes;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.Ejection;

/// <summary>What a run says that has no pipeline over the library alone.</summary>
public sealed class NothingToEjectTests
{
    private static TestCaseData[] Runs { get; } =
    [
        Case<SvfExperimentOptions>(new SvfExperiment(), "pre-trained a model on generated text"),
        Case<SvfExperimentOptions>(new SvfExperiment(), "trained on published tasks alone", "realData={\"model\":\"there\"}"),
        Case<ProbingOptions>(new ProbingExperiment(), "probed checkpoints made elsewhere ('there')", "checkpoints=there"),
        Case<CommunitiesOptions>(new CommunitiesExperiment(), "studied models made elsewhere ('there')", "folders=[\"there\"]"),
        Case<ConceptsOptions>(new ConceptsExperiment(), "had a teacher made elsewhere ('there')", "teacher.folder=there"),
        Case<ResetExperimentOptions>(new ResetExperiment(), "is about Treebanks data",
            "sections=" + Reset("main", "Treebanks", "AF", "B0")),
        Case<ResetExperimentOptions>(new ResetExperiment(), "lacks the arm B0", "sections=" + Reset("main", "Synthetic", "AF", "B1")),
    ];

    [TestCaseSource(nameof(Runs))]
    public void Eject_OfARunWithoutAPipelineOfItsOwn_SaysWhy(Experiment experiment, JsonNode options, string why)
    {
        var result = new RunResult
        {
            Experiment = experiment.Name, Preset = "smoke", Seed = 1, Seconds = 1, PeakMemoryMiB = 1,
            Environment = new RunEnvironment("", "", "", "cpu", 1), Data = [], Options = options, Metrics = [], Claims = [],
        };
        Assert.That(() => ((IEjectable)experiment).Eject(result), Throws.InvalidOperationException.With.Message.Contains(why)
            .And.Message.Contains("can be ejected"));
    }

    private static TestCaseData Case<TOptions>(Experiment experiment, string why, params string[] sets)
        where TOptions : class =>
        new TestCaseData(experiment, PresetFile.ToJson(PresetFile.Load<TOptions>(experiment, "smoke", sets)), why)
            .SetArgDisplayNames(experiment.Name, why);

    private static string Reset(string name, string source, params string[] arms) => new JsonArray(new JsonObject
    {
        ["name"] = name, ["source"] = source, ["arms"] = new JsonArray([.. arms.Select(arm => (JsonNode)arm)]),
        ["languages"] = new JsonArray("d1"), ["budgets"] = new JsonArray(100), ["tasks"] = new JsonArray("tagging"),
    }).ToJsonString();
}
