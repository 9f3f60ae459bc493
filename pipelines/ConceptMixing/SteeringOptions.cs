namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Steering of the students of arm A5 in the first study, and of the teacher, by the same concepts.</summary>
public sealed record SteeringOptions
{
    /// <summary>Concepts: the most frequent ones in V.</summary>
    /// <value>50.</value>
    public int Concepts { get; init; } = 50;

    /// <summary>Students that are steered: seeds 1, 2, 3 …</summary>
    /// <value>1.</value>
    public int Students { get; init; } = 1;

    /// <summary>α, ascending; a concept is held at α times its mean logit where it is selected.</summary>
    /// <value>−10, −5, −2, 0, 1, 2, 5, 10.</value>
    public IReadOnlyList<double> Strengths { get; init; } = [-10, -5, -2, 0, 1, 2, 5, 10];

    /// <summary>The α whose logit changes say what a concept means to the teacher.</summary>
    /// <value>5.</value>
    public double MeaningStrength { get; init; } = 5;

    /// <summary>Held-out prompts.</summary>
    /// <value>64.</value>
    public int Prompts { get; init; } = 64;

    /// <summary>Tokens of a prompt.</summary>
    /// <value>24.</value>
    public int PromptTokens { get; init; } = 24;

    /// <summary>Raised tokens that make up a concept's meaning.</summary>
    /// <value>20.</value>
    public int MeaningTokens { get; init; } = 20;

    /// <summary>Concepts whose cost and generated text are measured.</summary>
    /// <value>10.</value>
    public int GeneratedConcepts { get; init; } = 10;

    /// <summary>Continuations a concept and strength.</summary>
    /// <value>200.</value>
    public int Continuations { get; init; } = 200;

    /// <summary>Tokens of a continuation.</summary>
    /// <value>20.</value>
    public int ContinuationTokens { get; init; } = 20;

    /// <summary>The strength at which text is generated; it is compared with α = 1.</summary>
    /// <value>10.</value>
    public double GenerationStrength { get; init; } = 10;

    /// <summary>Windows of V on which the cost of steering is measured.</summary>
    /// <value>32.</value>
    public int CostWindows { get; init; } = 32;

    internal IEnumerable<string> Faults(TextOptions text)
    {
        if (Concepts < 2) yield return $"Steering.Concepts is {Concepts}; expected 2 or more.";
        if (Students < 1) yield return $"Steering.Students is {Students}; expected 1 or more.";
        if (Strengths.Count < 2 || Strengths.Zip(Strengths.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            yield return $"Steering.Strengths are {string.Join(", ", Strengths)}; expected two or more, ascending.";
        if (Prompts < 2 || PromptTokens < 2 || PromptTokens + ContinuationTokens > text.SequenceLength)
            yield return $"Steering has {Prompts} prompts of {PromptTokens} tokens with {ContinuationTokens} more; expected 2 or more, and "
                + $"no more than a window of {text.SequenceLength} together.";
        if (MeaningTokens < 1 || GeneratedConcepts < 1 || Continuations < 2 || ContinuationTokens < 1 || CostWindows < 1)
            yield return "Steering.MeaningTokens, GeneratedConcepts, ContinuationTokens and CostWindows are 1 or more, Continuations 2.";
    }
}
