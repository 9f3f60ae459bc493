using Microsoft.ML;
using MlNetLlm.Data;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Reads sentence pairs with an inference label from tab-separated files with a header: MultiNLI as distributed with XNLI (columns premise,
/// hypo, label) and XNLI's dev and test files (language, gold_label, sentence1, sentence2). Rows stream.
/// </summary>
internal static class XnliFiles
{
    /// <summary>A pair of sentences as ML.NET takes it.</summary>
    private sealed class Pair
    {
        public string Text { get; set; } = "";
        public string Second { get; set; } = "";
        public string Label { get; set; } = "";
    }

    /// <summary>The column with the second sentence; the first is Text, the label Label.</summary>
    public const string SecondColumn = nameof(Pair.Second);

    /// <summary>Reads a file's pairs.</summary>
    /// <param name="ml">Makes the view.</param>
    /// <param name="path">The file.</param>
    /// <param name="language">Keeps rows of this language where the file has a column "language".</param>
    /// <exception cref="InvalidDataException">A column is missing or a row has another number of them.</exception>
    public static IDataView Read(MLContext ml, string path, string language) => ml.Data.LoadFromEnumerable(Pairs(path, language));

    private static IEnumerable<Pair> Pairs(string path, string language)
    {
        string[]? header = null;
        var (first, second, label, spoken) = (0, 0, 0, -1);
        foreach (var line in TextRows.Of(TextFiles.Read(path, TextUnit.Line)))
        {
            var cells = line.Split('\t');
            if (header is null)
            {
                header = cells;
                (first, second) = (Place("premise", "sentence1"), Place("hypo", "sentence2"));
                (label, spoken) = (Place("label", "gold_label"), Array.IndexOf(header, "language"));
                continue;
            }
            if (cells.Length != header.Length)
                throw new InvalidDataException($"'{path}' has a row of {cells.Length} columns; its header has {header.Length}.");
            if (spoken < 0 || cells[spoken] == language)
                yield return new Pair { Text = cells[first], Second = cells[second], Label = Normal(cells[label]) };
        }

        int Place(params string[] names)
        {
            var at = Array.FindIndex(header!, names.Contains);
            return at >= 0 ? at : throw new InvalidDataException(
                $"'{path}' has no column {string.Join(" or ", names)}; it has {string.Join(", ", header!)}.");
        }
    }

    private static string Normal(string label) => label == "contradictory" ? "contradiction" : label;
}
