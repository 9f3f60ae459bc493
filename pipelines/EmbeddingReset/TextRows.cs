using Microsoft.ML;
using MlNetLlm.Data;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Rows with one text column, from other data or from texts.</summary>
internal static class TextRows
{
    private sealed class Row
    {
        public string Text { get; set; } = "";
    }

    /// <summary>The texts of a column, read anew every time.</summary>
    public static IEnumerable<string> Of(IDataView data, string column = "Text") =>
        Columns.ReadText(data, Columns.Text(data.Schema, column, nameof(column))).Select(text => text.ToString());

    /// <summary>Texts as rows with a column Text; they are read anew for every cursor.</summary>
    public static IDataView View(MLContext ml, IEnumerable<string> texts) =>
        ml.Data.LoadFromEnumerable(texts.Select(text => new Row { Text = text }));
}
