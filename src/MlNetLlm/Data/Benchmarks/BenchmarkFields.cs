namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Names of a row's fields. A name with dots goes into objects ("question.stem"); through an array it gives one text an element; an object
/// gives its keys, "name.*" its values. In a file of tab-separated values the fields are "0", "1", …, in one of comma-separated values the
/// names in its first line.
/// </summary>
public sealed record BenchmarkFields
{
    /// <summary>The row's identifier.</summary>
    /// <value>Null: file name and row number.</value>
    public string? Id { get; init; }

    /// <summary>The question.</summary>
    public string Question { get; init; } = "question";

    /// <summary>The choices: one field that holds them all, or a field for each.</summary>
    /// <value>Empty: the question ends in lines "Options:", "(A) first", "(B) second", … or "- first", "- second", …</value>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The choices' labels, for <see cref="AnswerKind.Label"/>.</summary>
    /// <value>Null: the choices name themselves.</value>
    public string? Labels { get; init; }

    /// <summary>The right answer.</summary>
    public string Answer { get; init; } = "answer";

    /// <summary>The subject, task or kind.</summary>
    /// <value>Null: from the file's name.</value>
    public string? Subject { get; init; }

    /// <summary>The language.</summary>
    /// <value>Null: from the file's name, else <see cref="Benchmark.Language"/>.</value>
    public string? Language { get; init; }

    /// <summary>A worked answer, where there is one.</summary>
    public string? Reference { get; init; }

    /// <summary>Code that tests an answer that is code.</summary>
    public string? Tests { get; init; }

    /// <summary>The name of the function that the tests call.</summary>
    public string? EntryPoint { get; init; }
}
