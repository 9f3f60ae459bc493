namespace MlNetLlm.LanguageModels;

/// <remarks>
/// A model that structured pruning has made smaller may have layers of different sizes. Its model.json then says
/// <c>"layerKeyValueHeads"</c> and <c>"layerFeedForwardWidths"</c>, one number a layer.
/// </remarks>
public sealed partial record TransformerConfig
{
    /// <summary>
    /// Key and value heads of each layer, 1 to <see cref="KeyValueHeads"/>, where layers differ; each keeps as many query heads a key
    /// head as <see cref="Heads"/> and <see cref="KeyValueHeads"/> say.
    /// </summary>
    /// <value>null: all layers have <see cref="KeyValueHeads"/>.</value>
    public LayerSizes? LayerKeyValueHeads { get; init; }

    /// <summary>Hidden units of each layer's feed-forward part, 1 to <see cref="FeedForwardWidth"/>, where layers differ.</summary>
    /// <value>null: all layers have <see cref="FeedForwardWidth"/>.</value>
    public LayerSizes? LayerFeedForwardWidths { get; init; }

    /// <summary>Whether every layer has the same size.</summary>
    internal bool Uniform => LayerKeyValueHeads is null && LayerFeedForwardWidths is null;

    /// <summary>The sizes of one layer, as of a model whose layers are all like it.</summary>
    internal TransformerConfig OfLayer(int layer)
    {
        if (Uniform) return this;
        var keyValueHeads = LayerKeyValueHeads?[layer] ?? KeyValueHeads;
        return this with
        {
            Heads = Heads / KeyValueHeads * keyValueHeads, KeyValueHeads = keyValueHeads,
            FeedForwardWidth = LayerFeedForwardWidths?[layer] ?? FeedForwardWidth,
            LayerKeyValueHeads = null, LayerFeedForwardWidths = null,
        };
    }

    private IEnumerable<string> LayerFaults()
    {
        foreach (var (name, sizes, most) in new[]
                 {
                     (nameof(LayerKeyValueHeads), LayerKeyValueHeads, KeyValueHeads),
                     (nameof(LayerFeedForwardWidths), LayerFeedForwardWidths, FeedForwardWidth),
                 })
        {
            if (sizes is null) continue;
            if (sizes.Count != Layers) yield return $"{name} has {sizes.Count} sizes, expected {Layers}, one a layer.";
            if (sizes.Any(size => size < 1 || size > most)) yield return $"{name} is {sizes}, expected 1 to {most} in each layer.";
        }
    }
}
