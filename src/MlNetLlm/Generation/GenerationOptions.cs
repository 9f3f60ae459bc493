using Microsoft.ML.SearchSpace;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Generation;

/// <summary>How to continue the texts of a column.</summary>
public sealed record GenerationOptions : ICheckedOptions
{
    /// <summary>The column with the prompts.</summary>
    /// <value>Default: Text.</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>The column to add, with the continuation alone.</summary>
    /// <value>Default: Generated.</value>
    public string OutputColumn { get; init; } = "Generated";

    /// <summary>
    /// Most tokens to add, at least 1. Room for them is kept in the model's context, up to half of it: a longer prompt loses its start.
    /// </summary>
    /// <value>Default: 100.</value>
    public int MaxTokens { get; init; } = 100;

    /// <summary>Logits are divided by this before sampling; 0 = always the likeliest token.</summary>
    /// <value>Default: 0.</value>
    [Range(0.0, 1.5, 0.0)]
    public double Temperature { get; init; }

    /// <summary>Samples among this many likeliest tokens; 0 = among all.</summary>
    /// <value>Default: 0.</value>
    public int TopK { get; init; }

    /// <summary>Samples among the likeliest tokens whose probabilities first sum to this.</summary>
    /// <value>Default: 1, among all.</value>
    [Range(0.1, 1.0, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Number of the random stream. A row's stream depends on this and on its prompt alone, so a row's continuation is the same wherever it
    /// stands, and equal prompts are continued equally.
    /// </summary>
    /// <value>Default: 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Texts that end a continuation; neither they nor what follows is part of it. The model's end tokens always end it.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Rows that are continued together, at least 1.</summary>
    /// <value>Default: 32.</value>
    public int BatchRows { get; init; } = 32;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(TextColumn)) yield return "TextColumn is empty.";
        if (string.IsNullOrWhiteSpace(OutputColumn)) yield return "OutputColumn is empty.";
        if (MaxTokens < 1) yield return $"MaxTokens is {MaxTokens}, expected at least 1.";
        if (BatchRows < 1) yield return $"BatchRows is {BatchRows}, expected at least 1.";
        if (StopTexts.Any(string.IsNullOrEmpty)) yield return "StopTexts holds an empty text, which would end every continuation at once.";
        foreach (var fault in (Sampling([]) with { MaxTokens = 1 }).Faults()) yield return fault;
    }

    internal GenerateOptions Sampling(IReadOnlyList<int> ends) => new()
    {
        MaxTokens = MaxTokens, Temperature = Temperature, TopK = TopK, TopP = TopP, Seed = Seed,
        StopTokens = ends,
    };
}
