using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Pruning;

/// <summary>What structured pruning leaves of a model.</summary>
public sealed record PrunedParts
{
    /// <summary>The shape of the whole model.</summary>
    public required TransformerConfig Config { get; init; }

    /// <summary>The key heads that stay, a list a layer, each with its query heads; ascending, at least one.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Heads { get; init; }

    /// <summary>The hidden units of the feed-forward part that stay, a list a layer; ascending, at least one.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Channels { get; init; }

    /// <summary>The components of the residual stream that stay; ascending, at least one.</summary>
    public required IReadOnlyList<int> Width { get; init; }

    /// <summary>See <see cref="PruneOptions.RescaleNorms"/>.</summary>
    public bool RescaleNorms { get; init; }

    /// <summary>
    /// The shape of the pruned model. Where all layers keep as much, it is an ordinary one, which other programs know; where they do
    /// not, it says the size of each layer.
    /// </summary>
    public TransformerConfig PrunedConfig
    {
        get
        {
            var (heads, channels) = (Heads.Select(kept => kept.Count).ToArray(), Channels.Select(kept => kept.Count).ToArray());
            return Config with
            {
                Width = Width.Count,
                NormEpsilon = Config.NormEpsilon * (RescaleNorms ? (double)Config.Width / Width.Count : 1),
                Heads = Config.Heads / Config.KeyValueHeads * heads.Max(),
                KeyValueHeads = heads.Max(),
                FeedForwardWidth = channels.Max(),
                LayerKeyValueHeads = heads.Distinct().Count() > 1 ? new LayerSizes(heads) : null,
                LayerFeedForwardWidths = channels.Distinct().Count() > 1 ? new LayerSizes(channels) : null,
            };
        }
    }

    /// <summary>r: the share of each weight matrix's weights that stays, by the matrix's name.</summary>
    public IReadOnlyDictionary<string, double> Retained => ModelModules.Of(Config).Zip(ModelModules.Of(PrunedConfig))
        .ToDictionary(pair => pair.First.Name, pair => (double)pair.Second.Parameters / pair.First.Parameters);

    /// <summary>Everything of a model.</summary>
    internal static PrunedParts Whole(TransformerConfig config)
    {
        var layers = Enumerable.Range(0, config.Layers).Select(config.OfLayer).ToList();
        return new PrunedParts
        {
            Config = config,
            Heads = [.. layers.Select(layer => Enumerable.Range(0, layer.KeyValueHeads).ToArray())],
            Channels = [.. layers.Select(layer => Enumerable.Range(0, layer.FeedForwardWidth).ToArray())],
            Width = [.. Enumerable.Range(0, config.Width)],
        };
    }

    /// <summary>Makes the smaller model.</summary>
    /// <param name="model">A model of the shape <see cref="Config"/>; it is not changed.</param>
    /// <returns>The pruned model.</returns>
    /// <exception cref="ArgumentException">The model has another shape.</exception>
    public LanguageModel ApplyTo(LanguageModel model)
    {
        if (model.Config != Config)
            throw new ArgumentException("These parts were chosen in a model of another shape. Prune the model they belong to.");
        var scale = RescaleNorms ? Math.Sqrt((double)Config.Width / Width.Count) : 1;
        return model.WithModule(model.Module.Reshaped(PrunedConfig, PrunedWeights.Of(model.Module, this, scale)));
    }
}
