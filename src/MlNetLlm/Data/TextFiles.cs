using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Data;

/// <summary>Reads plain text as data with one text column. Rows stream: only the one at hand is in memory.</summary>
public static class TextFiles
{
    /// <summary>Reads a text file, plain or .gz, or a folder's .txt files in the order of their names.</summary>
    /// <param name="path">The file or folder, or a data set by name (<see cref="DatasetCatalog.Resolve"/>).</param>
    /// <param name="unit">What makes a row; blank rows are left out.</param>
    /// <param name="column">The column's name.</param>
    /// <returns>The data.</returns>
    /// <exception cref="FileNotFoundException">There is nothing to read.</exception>
    public static IDataView Read(string path, TextUnit unit = TextUnit.Document, string column = "Text")
        => Read(TextSource.Files(DatasetCatalog.Resolve(path), ".txt"), unit, column);

    /// <summary>Reads a data set's text files.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="unit">What makes a row; blank rows are left out.</param>
    /// <param name="files">The files to read, in this order; none reads all that end in .txt or .txt.gz.</param>
    /// <param name="column">The column's name.</param>
    /// <returns>The data.</returns>
    public static IDataView Read(
        Dataset dataset, TextUnit unit = TextUnit.Document, IReadOnlyList<string>? files = null, string column = "Text")
    {
        files ??= [.. dataset.Files.Where(name => TextSource.IsOneOf(name, ".txt"))];
        return files.Count > 0 ? Read([.. files.Select(dataset.File)], unit, column)
            : throw new ArgumentException($"Data set '{dataset.Name}' has no .txt file. Name one of: {string.Join(", ", dataset.Files)}.");
    }

    private static RowsView<string> Read(IReadOnlyList<string> paths, TextUnit unit, string column)
        => new(() => paths.SelectMany(path => Rows(path, unit)),
            new RowsColumn<string>(column, TextDataViewType.Instance, (string row) => row.AsMemory()));

    private static IEnumerable<string> Rows(string path, TextUnit unit) => unit switch
    {
        TextUnit.Line => TextSource.Lines(path).Where(line => !string.IsNullOrWhiteSpace(line)),
        TextUnit.Paragraph => TextSource.Paragraphs(path),
        _ => Enumerable.Repeat(path, 1).Select(TextSource.Document).Where(text => !string.IsNullOrWhiteSpace(text)),
    };
}
