using Microsoft.ML.SearchSpace;
using MlNetLlm.Mapping;

namespace MlNetLlm.MultipleChoice;

/// <summary>Which columns hold the questions and how choices are compared.</summary>
public sealed record ScoreChoicesOptions : ICheckedOptions
{
    /// <summary>The text column with the prompt.</summary>
    /// <value>Default: Prompt.</value>
    public string PromptColumn { get; init; } = "Prompt";

    /// <summary>The column with a vector of texts: for each choice what follows the prompt, its separating space included.</summary>
    /// <value>Default: Continuations.</value>
    public string ContinuationsColumn { get; init; } = "Continuations";

    /// <summary>
    /// The key column with the right choice. It is passed through; when fitting it also gives the number of choices and their names. It may
    /// be absent where <see cref="Choices"/> is set, and from data that is only to be predicted.
    /// </summary>
    /// <value>Default: Label.</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>
    /// The most choices a row may have, which is the size of the Score vector, at least 2; 0 = as many as the label has values.
    /// </summary>
    /// <value>Default: 0.</value>
    public int Choices { get; init; }

    /// <summary>What a choice's log-likelihood is divided by: decides between acc and acc_norm.</summary>
    /// <value>Default: None (acc).</value>
    [Choice(ChoiceNormalization.None, ChoiceNormalization.Bytes)]
    public ChoiceNormalization Normalization { get; init; }

    /// <summary>
    /// Tokens of a batch at most, choices times their length, padding included; at least 1. A single larger question still runs by itself.
    /// On a CPU small batches are fastest; on an accelerator larger ones are.
    /// </summary>
    /// <value>Default: 2048.</value>
    public int BatchTokens { get; init; } = 2048;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(PromptColumn)) yield return "PromptColumn is empty.";
        if (string.IsNullOrWhiteSpace(ContinuationsColumn)) yield return "ContinuationsColumn is empty.";
        if (string.IsNullOrWhiteSpace(LabelColumn)) yield return "LabelColumn is empty.";
        if (Choices is not 0 and < 2) yield return $"Choices is {Choices}, expected at least 2, or 0 for as many as the label has values.";
        if (Choices > SavedVector.MaxSize) yield return $"Choices is {Choices}, expected at most {SavedVector.MaxSize}.";
        if (!Enum.IsDefined(Normalization))
            yield return $"Normalization is {Normalization}, expected {string.Join(", ", Enum.GetNames<ChoiceNormalization>())}.";
        if (BatchTokens < 1) yield return $"BatchTokens is {BatchTokens}, expected at least 1.";
    }
}
