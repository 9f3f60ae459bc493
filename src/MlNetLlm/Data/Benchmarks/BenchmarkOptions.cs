namespace MlNetLlm.Data.Benchmarks;

/// <summary>Which rows of a benchmark to read, and how.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>The split: train, validation, test or what else the benchmark has.</summary>
    /// <value>Null: the only one; it has to be set when there are several.</value>
    public string? Split { get; init; }

    /// <summary>The subject, task or treebank.</summary>
    /// <value>Null: all.</value>
    public string? Subject { get; init; }

    /// <summary>The language, as the benchmark calls it.</summary>
    /// <value>Null: all.</value>
    public string? Language { get; init; }

    /// <summary>
    /// Puts the choices of each question into a random order. The order depends on the seed and the row's identifier only. Needed where the
    /// right choice always stands at the same place, as in TruthfulQA.
    /// </summary>
    /// <value>Null: the file's order.</value>
    public int? ShuffleSeed { get; init; }
}
