using MlNetLlm.LanguageModels;

namespace MlNetLlm.Reinforcement;

/// <summary>How a model answers prompts that are graded.</summary>
public sealed record AnswerOptions : ICheckedOptions
{
    /// <summary>The column with the prompts.</summary>
    /// <value>"Prompt".</value>
    public string TextColumn { get; init; } = "Prompt";

    /// <summary>The column with what is right; null = the reward sees an empty text.</summary>
    /// <value>"Answer".</value>
    public string? CompletionColumn { get; init; } = "Answer";

    /// <summary>Most tokens of an answer, the end token included; 1 or more.</summary>
    /// <value>64.</value>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Whether a prompt that leaves no room for an answer in the model's context loses its beginning.</summary>
    /// <value>false: it is refused.</value>
    public bool TruncateLongRows { get; init; }

    /// <summary>0 = always the likeliest token.</summary>
    /// <value>0.</value>
    public double Temperature { get; init; }

    /// <summary>Answers a prompt, one after another; 1 or more. More than one at temperature 0 are all the same.</summary>
    /// <value>1.</value>
    public int Samples { get; init; } = 1;

    /// <summary>Answers written together; 1 or more. The result does not depend on it.</summary>
    /// <value>64.</value>
    public int BatchRows { get; init; } = 64;

    /// <summary>The seed of the answers.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrEmpty(TextColumn)) yield return "TextColumn is empty; expected a column's name.";
        if (CompletionColumn == "") yield return "CompletionColumn is empty; expected a column's name, or null.";
        if (MaxTokens < 1) yield return $"MaxTokens is {MaxTokens}; expected 1 or more.";
        if (!(Temperature >= 0 && double.IsFinite(Temperature))) yield return $"Temperature is {Temperature}; expected 0 or more.";
        if (Samples < 1) yield return $"Samples is {Samples}; expected 1 or more.";
        if (BatchRows < 1) yield return $"BatchRows is {BatchRows}; expected 1 or more.";
    }
}
