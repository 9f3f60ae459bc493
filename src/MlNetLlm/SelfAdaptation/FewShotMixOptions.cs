using MlNetLlm.MultipleChoice;

namespace MlNetLlm.SelfAdaptation;

/// <summary>How a mix is searched on a few rows of a task.</summary>
public sealed record FewShotMixOptions : ICheckedOptions
{
    /// <summary>The search.</summary>
    /// <value>Population 32, 6 elites, 50 generations.</value>
    public CrossEntropyOptions CrossEntropy { get; init; } = new();

    /// <summary>The experts to mix.</summary>
    /// <value>Empty: all of the library.</value>
    public IReadOnlyList<string> Experts { get; init; } = [];

    /// <summary>A coefficient for each expert and matrix, rather than one for each expert.</summary>
    /// <value>false.</value>
    public bool PerMatrix { get; init; }

    /// <summary>How candidates are scored.</summary>
    /// <value>Generation.</value>
    public FewShotScoring Scoring { get; init; }

    /// <summary>Examples to take, from the first row on; 0 = all rows, which are then held in memory.</summary>
    /// <value>10.</value>
    public int Shots { get; init; } = 10;

    /// <summary>The text column that right answers are graded by (scoring by generation).</summary>
    /// <value>Answer.</value>
    public string AnswerColumn { get; init; } = "Answer";

    /// <summary>The column with a vector of texts, what follows the prompt for each choice (scoring by choices).</summary>
    /// <value>Continuations.</value>
    public string ContinuationsColumn { get; init; } = "Continuations";

    /// <summary>The key column with the right choice (scoring by choices).</summary>
    /// <value>Label.</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>What a choice's log-likelihood is divided by (scoring by choices).</summary>
    /// <value>None.</value>
    public ChoiceNormalization Normalization { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        foreach (var fault in CrossEntropy.Faults().Select(fault => $"CrossEntropy.{fault}")) yield return fault;
        if (!Enum.IsDefined(Scoring)) yield return $"Scoring is {Scoring}; expected {string.Join(", ", Enum.GetNames<FewShotScoring>())}.";
        if (Shots < 0) yield return $"Shots is {Shots}; expected 0 or more.";
        if (string.IsNullOrWhiteSpace(AnswerColumn)) yield return "AnswerColumn is empty.";
        if (string.IsNullOrWhiteSpace(ContinuationsColumn)) yield return "ContinuationsColumn is empty.";
        if (string.IsNullOrWhiteSpace(LabelColumn)) yield return "LabelColumn is empty.";
        if (!Enum.IsDefined(Normalization))
            yield return $"Normalization is {Normalization}; expected {string.Join(", ", Enum.GetNames<ChoiceNormalization>())}.";
    }
}
