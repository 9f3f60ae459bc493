using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>Gives the tokens of a model other ids: a control, as nothing but names changes.</summary>
public static class VocabularyPermutation
{
    /// <summary>A model that computes for the new ids what the old one does for the old ids.</summary>
    /// <param name="model">The model; it is not changed, and the result shares its body.</param>
    /// <param name="newIds">The new id of each old id; each id once.</param>
    /// <param name="tokenizer">The tokenizer that gives the new ids.</param>
    /// <param name="special">Its special tokens.</param>
    /// <returns>The model; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The new ids are no permutation of the vocabulary.</exception>
    public static LanguageModel Apply(LanguageModel model, IReadOnlyList<int> newIds, Tokenizer tokenizer, SpecialTokens special)
    {
        var size = model.Config.VocabularySize;
        if (newIds.Count != size || !newIds.Order().SequenceEqual(Enumerable.Range(0, size)))
            throw new ArgumentException(
                $"The new ids are no permutation: {newIds.Count} ids, {newIds.Distinct().Count()} of them different, for a vocabulary of "
                + $"{size}. Give each id from 0 on once.");
        var oldIds = new long[size];
        for (var old = 0; old < size; old++)
            oldIds[newIds[old]] = old;
        using var quiet = no_grad();
        using var order = tensor(oldIds, device: model.Module.TokenEmbedding.device);
        var tables = EmbeddingTables.Of(model.Module).ToDictionary(table => table.Key, table => table.Value.index_select(0, order));
        return new LanguageModel(EmbeddingTables.Join(model.Module, tables), tokenizer, special) { Generation = model.Generation };
    }
}
