namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// A part of the experiment: some arms on the same languages, body and budgets, each over several pre-training seeds. Sections differ from
/// the defaults in what a preset says.
/// </summary>
public sealed record SectionOptions
{
    /// <summary>Its name, which claims refer to; letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Where the languages come from.</summary>
    /// <value>Synthetic.</value>
    public SectionSource Source { get; init; } = SectionSource.Synthetic;

    /// <summary>The folder of <see cref="SectionSource.Folder"/>.</summary>
    /// <value>null.</value>
    public string? Folder { get; init; }

    /// <summary>The arms, by the names of <see cref="ResetArms"/>.</summary>
    public required IReadOnlyList<string> Arms { get; init; }

    /// <summary>Pre-training seeds an arm: 1, 2, 3 …; the unit of replication.</summary>
    /// <value>8.</value>
    public int Seeds { get; init; } = 8;

    /// <summary>The new languages: "d0" to "d4" for synthetic ones at that distance, or a language's code.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Tokens of new-language text, one a data cell, smallest first.</summary>
    public required IReadOnlyList<long> Budgets { get; init; }

    /// <summary>The tasks, each learned in language 1 and scored in every other without further training.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>The body.</summary>
    public BodyOptions Body { get; init; } = new();

    /// <summary>First training.</summary>
    public PretrainingOptions Pretraining { get; init; } = new();

    /// <summary>Learning a task in language 1.</summary>
    public TaskOptions Task { get; init; } = new();

    /// <summary>Learning the embeddings of a new language.</summary>
    public RelearningOptions Relearning { get; init; } = new();

    /// <summary>Entries of each new vocabulary where tokenizers are trained.</summary>
    /// <value>1,000.</value>
    public int VocabularySize { get; init; } = 1000;

    /// <summary>Takes the bodies that an earlier section trained, with the same arms and seeds, and learns other tasks on them.</summary>
    /// <value>null: trains its own.</value>
    public string? BodiesOf { get; init; }

    /// <summary>Where to compute: "cpu", "cuda" or "cuda:0".</summary>
    /// <value>"cpu".</value>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// Factors on the body's peak rate to try for the embeddings, for standard and forgetting alike; the one with the lowest language-1
    /// validation loss (seed 0, used for nothing else) is taken, separately for each of the two.
    /// </summary>
    /// <value>1 only: nothing is tried.</value>
    public IReadOnlyList<double> EmbeddingRates { get; init; } = [1];

    /// <summary>Takes the factors that an earlier section chose, instead of trying.</summary>
    /// <value>null.</value>
    public string? RatesOf { get; init; }
}
