using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.CommunityTuning;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>
/// Finds communities of modules that matter to the same data sets, compares them with what is known, and fine-tunes a model on one of them
/// (Bhandari, Chen and Gao 2025).
/// </summary>
/// <remarks>
/// How much every module matters is measured by <see cref="LanguageModelCatalog.ModuleImportance(LanguageModel, ImportanceOptions,
/// IProgress{ImportanceProgress}, CancellationToken)"/>. More measures and tests are in <see cref="Communities"/>.
/// </remarks>
/// <example>
/// <code>
/// NamedMatrix importance = ml.LanguageModels().ModuleImportance(model).Fit(questions).Matrix;
/// NamedGraph modules = ml.Communities().Networks(skills, importance).Modules;
/// Partition found = ml.Communities().Find(modules.Graph).Partition;
/// string[] community = [.. modules.Names.Where((_, node) => found[node] == 0)];
/// var tuned = ml.Communities().FineTuneCommunity(model, new CommunityTuningOptions { Community = community }).Fit(text);
/// </code>
/// </example>
public sealed class CommunityCatalog
{
    internal CommunityCatalog()
    {
    }

    /// <inheritdoc cref="ProjectedNetworks.Corrected"/>
    public ProjectedNetworks Networks(NamedMatrix counts, NamedMatrix importance) => ProjectedNetworks.Corrected(counts, importance);

    /// <inheritdoc cref="ProjectedNetworks.Published"/>
    public ProjectedNetworks PublishedNetworks(
        NamedMatrix counts, NamedMatrix importance, RandomStream random, SparsifierOptions? options = null) =>
        ProjectedNetworks.Published(counts, importance, random, options);

    /// <summary>Finds communities: many runs of Louvain or Leiden, and their consensus.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Options; null = the defaults: Louvain, 100 runs.</param>
    /// <param name="cancellationToken">Stops within a run.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public ConsensusResult Find(WeightedGraph graph, ConsensusOptions? options = null, CancellationToken cancellationToken = default) =>
        Consensus.Find(graph, options, cancellationToken);

    /// <summary>How far two partitions of the same nodes agree: their adjusted Rand index, 1 for the same, about 0 by chance.</summary>
    /// <remarks>Other measures are in <see cref="Communities.Agreement"/>.</remarks>
    /// <param name="first">A partition.</param>
    /// <param name="second">Another of as many nodes.</param>
    /// <exception cref="ArgumentException">They are of different nodes.</exception>
    public double Agreement(Partition first, Partition second) => Communities.Agreement.AdjustedRand(first, second);

    /// <inheritdoc cref="Localisation.TestModules"/>
    public PermutationTest TestModules(
        double[,] residuals, Partition functions, Partition communities, int seed, int permutations = 999, Partition? units = null,
        CancellationToken cancellationToken = default) =>
        Localisation.TestModules(residuals, functions, communities, seed, permutations, units, cancellationToken);

    /// <inheritdoc cref="Localisation.TestSkills"/>
    public PermutationTest TestSkills(
        NamedMatrix counts, NamedMatrix importance, Partition functions, int seed, int permutations = 199, ConsensusOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Localisation.TestSkills(counts, importance, functions, seed, permutations, options, cancellationToken);

    /// <inheritdoc cref="ModuleClusters.Of"/>
    public IDataView Clusters(ModuleImportanceTransformer importance, Partition communities, IReadOnlyList<string> labels) =>
        ModuleClusters.Of(importance, communities, labels);

    /// <summary>
    /// Fine-tuning of chosen modules with the next-token loss, every other weight keeping its bits (Bhandari, Chen and Gao 2025).
    /// </summary>
    /// <remarks>
    /// Reads Text (text; other names, prompts with completions or rows of tokens by options). Adds LanguageModel (text, the tuned model's
    /// fingerprint), through which later steps of the pipeline find the model. Used like <see cref="LanguageModelCatalog.FineTuneFull"/>;
    /// the options name the modules.
    /// </remarks>
    /// <inheritdoc cref="LanguageModelCatalog.FineTuneSvf"/>
    public CommunityTuningEstimator FineTuneCommunity(
        LanguageModel model, CommunityTuningOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(model, options, progress, cancellationToken);
}
