using MlNetLlm.Persistence;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>
/// Where the rows of a benchmark stand and what to make of them. The benchmarks the library knows are in Benchmarks.json; one of your own
/// is a new record.
/// </summary>
public sealed record Benchmark
{
    private static readonly Lazy<BenchmarkTable> _table = new(BenchmarkTable.Load);

    /// <summary>The benchmark's name.</summary>
    public required string Name { get; init; }

    /// <summary>The data set whose folder holds the files.</summary>
    public required string Dataset { get; init; }

    /// <summary>What the rows are.</summary>
    public required BenchmarkShape Shape { get; init; }

    /// <summary>
    /// The files' names. <c>{split}</c>, <c>{subject}</c> and <c>{language}</c> stand for the part of the name that says so. A file may be
    /// compressed (name + ".gz").
    /// </summary>
    public required string Files { get; init; }

    /// <summary>What a split is called in the files' names → what we call it: train, validation, test.</summary>
    /// <value>Empty: the files' own words.</value>
    public IReadOnlyDictionary<string, string> Splits { get; init; } = new Dictionary<string, string>();

    /// <summary>The split of files whose name says none.</summary>
    /// <value>test</value>
    public string Split { get; init; } = "test";

    /// <summary>
    /// In files that mix splits: the first and the last number, at the end of <see cref="BenchmarkFields.Id"/>, of the rows of
    /// <see cref="Split"/>; all others are "train".
    /// </summary>
    /// <value>Null: a file is one split.</value>
    public IReadOnlyList<int>? SplitIds { get; init; }

    /// <summary>The subjects (from the files' names) that have this shape.</summary>
    /// <value>Empty: all.</value>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>The language, where neither file name nor row says it.</summary>
    /// <value>en</value>
    public string Language { get; init; } = "en";

    /// <summary>
    /// Names of nested arrays, joined by "/", the innermost holding the rows ("data/paragraphs/qas"); "/" when the file is one array.
    /// A field that a row lacks is looked for in what the row stands in.
    /// </summary>
    /// <value>Empty: one JSON object a line, or tab- or comma-separated values when the file is named so.</value>
    public string Rows { get; init; } = "";

    /// <summary>Which field of a row is what.</summary>
    public BenchmarkFields Fields { get; init; } = new();

    /// <summary>How <see cref="BenchmarkFields.Answer"/> is to be read.</summary>
    /// <value><see cref="AnswerKind.Text"/></value>
    public AnswerKind AnswerIs { get; init; } = AnswerKind.Text;

    /// <summary>The answer starts after the last place of this text in the answer field.</summary>
    /// <value>Null: the field is the answer.</value>
    public string? AnswerAfter { get; init; }

    /// <summary>The most choices of any row: the number of values the label can have.</summary>
    public int Choices { get; init; }

    /// <summary>
    /// What a model is given, with <c>{field}</c> for a field of the row, <c>{question}</c>, <c>{options}</c> (a line for each choice),
    /// <c>{before}</c> and <c>{after}</c> (the question around its blank, "_").
    /// </summary>
    public string Prompt { get; init; } = "{question}";

    /// <summary>What follows the prompt when a choice is taken: <c>{choice}</c> is its text, <c>{letter}</c> its letter.</summary>
    /// <value>" {choice}"</value>
    public string Continuation { get; init; } = " {choice}";

    /// <summary>A line of <c>{options}</c>.</summary>
    /// <value>"{letter}. {choice}"</value>
    public string Option { get; init; } = "{letter}. {choice}";

    /// <summary>All benchmarks the library knows, by name.</summary>
    public static IReadOnlyList<Benchmark> All => _table.Value.Benchmarks;

    /// <summary>Finds a benchmark the library knows.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The benchmark.</returns>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Benchmark Find(string name) =>
        All.FirstOrDefault(benchmark => benchmark.Name == name) ?? throw new ArgumentException(Unknown(name), nameof(name));

    private static string Unknown(string name)
    {
        var known = All.Select(benchmark => benchmark.Name).ToList();
        var hint = Nearest.To(name, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return $"Unknown benchmark '{name}'.{hint} Known: {string.Join(", ", known)}.";
    }
}
