using Microsoft.ML.SearchSpace;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Training;

namespace MlNetLlm.CommunityTuning;

/// <summary>Options of fine-tuning that trains a chosen set of modules and nothing else.</summary>
public sealed record CommunityTuningOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.0001.</value>
    [Range(1e-6, 1e-2, 1e-4, logBase: true)]
    public override double LearningRate { get; init; } = 1e-4;

    /// <summary>Which modules train.</summary>
    /// <value><see cref="ModuleRegime.Community"/>.</value>
    public ModuleRegime Regime { get; init; } = ModuleRegime.Community;

    /// <summary>Names of the community's modules; the random regimes match it, All and None do not read it.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Community { get; init; } = [];

    /// <summary>Names of another community's modules; read by <see cref="ModuleRegime.WrongCommunity"/> only.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> WrongCommunity { get; init; } = [];

    /// <summary>Decides which modules a random regime takes; apart from <see cref="TrainingOptions.Seed"/>.</summary>
    /// <value>1.</value>
    public int SelectionSeed { get; init; } = 1;

    /// <summary>Whether a matched random set may take modules of the community where too few of a kind are outside it.</summary>
    /// <value>false: such a set is refused.</value>
    public bool AllowOverlap { get; init; }

    /// <summary>Which parts of the model are modules.</summary>
    /// <value>Matrices.</value>
    public ModuleGranularity Granularity { get; init; } = ModuleGranularity.Matrices;

    /// <summary>Into how many groups the hidden units of a layer are split; Units only.</summary>
    /// <value>4.</value>
    public int ChannelGroups { get; init; } = ModelModules.UsualChannelGroups;

    /// <summary>Whether the embeddings train too, as in the published runs.</summary>
    /// <value>false.</value>
    public bool TrainEmbedding { get; init; }

    /// <summary>Whether all norms train too, as in the published runs.</summary>
    /// <value>false.</value>
    public bool TrainNorms { get; init; }

    /// <summary>Layers that belong to groups of rows; rows of other groups skip them.</summary>
    /// <value>null: every row passes every layer.</value>
    public LayerOwnership? Ownership { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults().Concat(Ownership?.Faults(this) ?? [])) yield return fault;
        if (!Enum.IsDefined(Regime)) yield return $"Regime is {Regime}; expected {string.Join(", ", Enum.GetNames<ModuleRegime>())}.";
        if (!Enum.IsDefined(Granularity))
            yield return $"Granularity is {Granularity}; expected {string.Join(", ", Enum.GetNames<ModuleGranularity>())}.";
        if (ChannelGroups < 1) yield return $"ChannelGroups is {ChannelGroups}; expected 1 or more.";
        if (Community.Count == 0 && Regime is (ModuleRegime.Community or ModuleRegime.RandomMatched or ModuleRegime.RandomAny))
            yield return $"Community is empty; regime {Regime} needs its modules.";
        if (WrongCommunity.Count == 0 && Regime == ModuleRegime.WrongCommunity)
            yield return "WrongCommunity is empty; regime WrongCommunity needs its modules.";
    }

    /// <summary>All modules of a model, and the names of those that train.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or no matched set exists.</exception>
    internal (IReadOnlyList<ModelModule> All, IReadOnlyList<string> Chosen) Modules(TransformerConfig config)
    {
        var all = ModelModules.Of(config, Granularity, ChannelGroups);
        return (all, ModuleChoice.Choose(Regime, all, Community, WrongCommunity, SelectionSeed, AllowOverlap));
    }
}
