using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Pruning;

/// <summary>Refuses what a model cannot be pruned by.</summary>
internal static class PruneChecks
{
    /// <exception cref="ArgumentException">The options do not fit the model.</exception>
    public static void Require(TransformerConfig config, PruneOptions options)
    {
        _ = LayerSelection.Resolve(options.PrunedLayers, config.Layers);
        if (options.RescaleNorms && config.Norm != NormKind.RmsNorm)
            throw new ArgumentException(
                $"RescaleNorms is true and '{config.Architecture}' has {config.Norm}, whose mean over fewer channels no gain makes good. "
                + "Set it to false.");
        if (options.Scheme == PruneScheme.Channel && config.HeadTransform)
            throw new ArgumentException($"'{config.Architecture}' has a transform before its head; pruning by channels does not know it.");
    }
}
