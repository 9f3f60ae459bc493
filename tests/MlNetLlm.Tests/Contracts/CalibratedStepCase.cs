using Microsoft.ML;
using MlNetLlm.Ablation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pruning;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: an estimator that changes a model by what it measures on labelled questions.</summary>
public sealed record CalibratedStepCase(string Name, Func<LanguageModel, CancellationToken, IEstimator<ITransformer>> Create)
{
    /// <summary>Every such estimator. A new one adds its rows here.</summary>
    public static IReadOnlyList<CalibratedStepCase> All { get; } =
    [
        Prune("prune-block-local", new PruneOptions { Ratio = 0.5 }),
        Prune("prune-block-global", new PruneOptions { Ratio = 0.4, Selection = PruneSelection.Global }),
        Prune("prune-channel", new PruneOptions { Ratio = 0.25, Scheme = PruneScheme.Channel }),
        Ablate("ablate-matrices", new AblateOptions { Modules = ["layers.0.attention.value", "layers.1.mlp.down"] }),
        Ablate("ablate-units", new AblateOptions { Modules = ["layers.0.attention.head.1", "layers.1.mlp.channels.0"] }),
    ];

    public override string ToString() => Name;

    private static CalibratedStepCase Prune(string name, PruneOptions options) =>
        new(name, (model, stop) => new MLContext(1).LanguageModels().Prune(model, options, stop));

    private static CalibratedStepCase Ablate(string name, AblateOptions options) =>
        new(name, (model, stop) => new MLContext(1).LanguageModels().Ablate(model, options, stop));
}
