using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>The tensors of a model that have one row a token, and models made of one model's body and other such tensors.</summary>
internal static class EmbeddingTables
{
    /// <summary>The names of a model's tensors with one row a token: embeddings, and where there are, output matrix and bias.</summary>
    public static IReadOnlyList<string> Names(TransformerModel module) =>
        [.. module.named_parameters().Select(item => item.name).Where(IsTable)];

    /// <summary>A model's tensors with one row a token, outside its graph.</summary>
    public static IReadOnlyDictionary<string, Tensor> Of(TransformerModel module) =>
        module.named_parameters().Where(item => IsTable(item.name)).ToDictionary(item => item.name, item => item.parameter.detach());

    /// <summary>New tables: N(0, s²) with a padding row of 0, and an output bias of 0 or the body's.</summary>
    /// <param name="body">Says which tables there are, and gives the bias that is kept.</param>
    /// <param name="vocabularySize">Rows.</param>
    /// <param name="deviation">s.</param>
    /// <param name="keepBias">Whether the body's output bias stays.</param>
    /// <param name="padding">The padding token, or null.</param>
    /// <param name="random">Where the draws come from.</param>
    public static IReadOnlyDictionary<string, Tensor> Draw(
        TransformerModel body, int vocabularySize, double deviation, bool keepBias, int? padding, Generator random)
    {
        var tables = new Dictionary<string, Tensor>();
        foreach (var (name, old) in Of(body))
            tables[name] = name switch
            {
                ResetParameters.OutputBias => keepBias ? old.clone() : zeros(vocabularySize),
                _ => empty(vocabularySize, body.Config.Width).normal_(0, deviation, random),
            };
        if (padding is { } row)
            tables[ResetParameters.TokenEmbedding].narrow(0, row, 1).zero_();
        return tables;
    }

    /// <summary>A model with one model's body, in the same storage, and other tables, taken over.</summary>
    /// <param name="body">The body.</param>
    /// <param name="tables">All tables by name.</param>
    public static TransformerModel Join(TransformerModel body, IReadOnlyDictionary<string, Tensor> tables)
    {
        var weights = body.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        var config = body.Config with { VocabularySize = (int)tables[ResetParameters.TokenEmbedding].size(0) };
        return new TransformerModel(config, (name, _, _) => tables.TryGetValue(name, out var table) ? table : weights[name].detach());
    }

    private static bool IsTable(string name) =>
        name is ResetParameters.TokenEmbedding or ResetParameters.OutputMatrix or ResetParameters.OutputBias;
}
