using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>What one pass through a model does beside computing its output.</summary>
public sealed record ForwardOptions
{
    /// <summary>A plain pass.</summary>
    public static ForwardOptions None { get; } = new();

    /// <summary>Keys and values of earlier tokens, which this pass continues and extends; null = the tokens stand alone.</summary>
    /// <value>null.</value>
    public KvCache? Cache { get; init; }

    /// <summary>(batch) int64: how many tokens of a row are valid, at least 1; the rest is padding on the right. Null = all.</summary>
    /// <value>null.</value>
    public Tensor? Lengths { get; init; }

    /// <summary>Features attached to the tokens of this pass; null = none.</summary>
    /// <value>null.</value>
    public TokenFeatures? Features { get; init; }

    /// <summary>Takes the activations it wants.</summary>
    /// <value>null.</value>
    public IActivationSink? Activations { get; init; }

    /// <summary>
    /// Is shown each activation by name and returns what the model shall go on with: the same tensor, or another of the same shape.
    /// Attention weights can be seen but not edited.
    /// </summary>
    /// <value>null.</value>
    public Func<string, Tensor, Tensor>? Edit { get; init; }

    /// <summary>
    /// Which rows of the batch pass a layer: given its number, (rows) int64, ascending, or null for all. The others keep their hidden
    /// states as if the layer added nothing, and cost nothing; activations of that layer have its rows only. Not with a cache, not with
    /// padding in a model that looks both ways, and not in a model that interleaves elements.
    /// </summary>
    /// <value>null: all rows pass all layers.</value>
    public Func<int, Tensor?>? LayerRows { get; init; }

    /// <summary>
    /// Whether gradients through attention go back to a token's own key and value only, as if those of all other tokens were constants: the
    /// gradient by a token's hidden state is then that of its own prediction alone, for every token at once. Values do not change. Not with
    /// a cache, and not in a model that interleaves elements.
    /// </summary>
    /// <value>false.</value>
    public bool OwnTokenGradient { get; init; }

    /// <summary>A concept that is held at every position; for models that insert concepts. Null = none.</summary>
    /// <value>null.</value>
    public HeldConcept? Held { get; init; }

    /// <summary>What inserted elements are to predict; takes their loss.</summary>
    internal InsertionTargets? Targets { get; init; }

    /// <summary>
    /// Ends the pass after this many blocks: <see cref="TransformerModel.Hidden"/> then returns the hidden states there, without the
    /// final norm, and the blocks above cost nothing; where elements are interleaved, theirs. Null = all blocks.
    /// </summary>
    /// <value>null.</value>
    public int? Layers { get; init; }
}
