using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Pipelines.SvfSelfAdaptation;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>The experiments there are.</summary>
public static class ExperimentTable
{
    /// <summary>Every experiment, in the order of lists.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
        [new SvfExperiment(), new ProbingExperiment(), new ResetExperiment(), new ConceptsExperiment(), new CommunitiesExperiment()];

    /// <summary>Their names, for help and errors.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(experiment => experiment.Name));

    /// <summary>The experiment called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the known ones are named.</exception>
    public static Experiment Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new ArgumentException($"Unknown experiment '{name}'. Known: {Names}.");
}
