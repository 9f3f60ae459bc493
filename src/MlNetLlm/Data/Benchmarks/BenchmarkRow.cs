namespace MlNetLlm.Data.Benchmarks;

/// <summary>One row of a benchmark's file, with its fields by name (see <see cref="BenchmarkFields"/>).</summary>
internal abstract class BenchmarkRow(RowPlace place)
{
    public RowPlace Place { get; } = place;

    /// <summary>The texts of a field, or null when the row lacks it.</summary>
    public abstract IReadOnlyList<string>? OptionalTexts(string field);

    public IReadOnlyList<string> Texts(string field) =>
        OptionalTexts(field) ?? throw Place.Fault($"field '{field}' is missing", "it in every row");

    /// <summary>The text of a field, one line for each of several; null when the row lacks it.</summary>
    public string? OptionalText(string? field) =>
        field != null && OptionalTexts(field) is { } texts ? string.Join('\n', texts) : null;

    public string Text(string field) => string.Join('\n', Texts(field));
}
