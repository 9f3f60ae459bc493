namespace MlNetLlm.Data.Benchmarks;

/// <summary>Where a row stands, for errors.</summary>
/// <param name="Path">The file.</param>
/// <param name="Unit">What is counted: line or element.</param>
/// <param name="Number">Its number, from 1.</param>
internal sealed record RowPlace(string Path, string Unit, long Number)
{
    public InvalidDataException Fault(string found, string expected, Exception? cause = null) =>
        new($"'{Path}', {Unit} {Number}: {found}; expected {expected}.", cause);
}
