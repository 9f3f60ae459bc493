namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>A question of a multiple-choice task, by the names of its reader's columns.</summary>
public sealed class ChoiceRow
{
    /// <summary>What the model is given.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>What is scored after it, for each choice.</summary>
    public string[] Continuations { get; set; } = [];

    /// <summary>The right choice's index; -1 where none is marked.</summary>
    public int AnswerIndex { get; set; }
}

/// <summary>A problem of a generation task, by the names of its reader's columns.</summary>
public sealed class GenerationRow
{
    /// <summary>What the model is given.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>What should come.</summary>
    public string Answer { get; set; } = "";
}

/// <summary>What the model made of one row, as the journal keeps it.</summary>
public sealed record SampleRecord
{
    /// <summary>Says which request this answers; see <see cref="SampleJournal.Request"/>.</summary>
    public required string Request { get; init; }

    /// <summary>The task, for who reads the journal.</summary>
    public required string Task { get; init; }

    /// <summary>The choices' log-likelihoods, in a multiple-choice task.</summary>
    public IReadOnlyList<float>? LogLikelihoods { get; init; }

    /// <summary>The generated text, in a generation task.</summary>
    public string? Text { get; init; }

    /// <summary>Tokens cut from a too long prompt's start.</summary>
    public int CutTokens { get; init; }
}
