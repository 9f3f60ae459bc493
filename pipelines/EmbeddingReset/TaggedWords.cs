using Microsoft.ML;
using MlNetLlm.TaskAdaptation;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The words of several treebanks in a row, as rows of Text, Start and Label; read anew for every cursor.</summary>
internal static class TaggedWords
{
    private sealed class Word
    {
        public string Text { get; set; } = "";

        public int Start { get; set; }

        public string Label { get; set; } = "";
    }

    /// <summary>All words of the sentences, treebank after treebank.</summary>
    public static IDataView Of(MLContext ml, params IDataView[] treebanks) => ml.Data.LoadFromEnumerable(
        treebanks.SelectMany(sentences => ml.Data.CreateEnumerable<Word>(WordRows.Of(sentences), reuseRowObject: false)));
}
