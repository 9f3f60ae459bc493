using Microsoft.ML.SearchSpace;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.HiddenStates;

/// <summary>Which hidden states to take from which texts.</summary>
public sealed record HiddenStatesOptions : ICheckedOptions
{
    /// <summary>The column with the text.</summary>
    /// <value>Default: Text.</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>The column to add.</summary>
    /// <value>Default: Features.</value>
    public string OutputColumn { get; init; } = "Features";

    /// <summary>
    /// The residual stream after this many blocks: 0 = the embeddings, the model's number of layers = after the last block. The blocks
    /// above are not computed. Null = after the last block and the final norm, what the head reads.
    /// </summary>
    /// <value>Default: null.</value>
    public int? Layer { get; init; }

    /// <summary>Which token's states.</summary>
    /// <value>Default: Last.</value>
    [Choice(HiddenStatePooling.Last, HiddenStatePooling.Mean)]
    public HiddenStatePooling Pooling { get; init; } = HiddenStatePooling.Last;

    /// <summary>
    /// With <see cref="HiddenStatePooling.Positions"/>: tokens of the text by number, 0 = the first, −1 = the last. A text that is too
    /// short for one of them is an error.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<int> Positions { get; init; } = [];

    /// <summary>What becomes of texts longer than the model's context.</summary>
    /// <value>Default: Windows.</value>
    public LongTexts LongTexts { get; init; } = LongTexts.Windows;

    /// <summary>Tokens of one forward pass at most, padding included; at least 1. A single longer window still runs by itself.</summary>
    /// <value>Default: 4096.</value>
    public int BatchTokens { get; init; } = 4096;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(TextColumn)) yield return "TextColumn is empty.";
        if (string.IsNullOrWhiteSpace(OutputColumn)) yield return "OutputColumn is empty.";
        if (Layer < 0) yield return $"Layer is {Layer}, expected 0 (the embeddings) to the model's number of layers, or null.";
        if (!Enum.IsDefined(Pooling))
            yield return $"Pooling is {Pooling}, expected {string.Join(", ", Enum.GetNames<HiddenStatePooling>())}.";
        if (!Enum.IsDefined(LongTexts)) yield return $"LongTexts is {LongTexts}, expected {string.Join(", ", Enum.GetNames<LongTexts>())}.";
        if (Pooling == HiddenStatePooling.Positions && Positions.Count == 0)
            yield return "Positions is empty; pooling Positions needs at least one.";
        if (Pooling != HiddenStatePooling.Positions && Positions.Count > 0)
            yield return $"Positions is set, but Pooling is {Pooling}; set Pooling to Positions.";
        if (BatchTokens < 1) yield return $"BatchTokens is {BatchTokens}, expected at least 1.";
    }

    internal HiddenStatesOptions Validated(TransformerConfig config) => OptionsExtensions.Without(this, Layer > config.Layers
        ? Faults().Append($"Layer is {Layer}, the model has {config.Layers} layers: expected 0 to {config.Layers}, or null.")
        : Faults());

    /// <summary>Size of the vector; 0 = it depends on the text.</summary>
    internal int Size(int width) => Pooling switch
    {
        HiddenStatePooling.All => 0,
        HiddenStatePooling.Positions => Positions.Count * width,
        _ => width,
    };
}
