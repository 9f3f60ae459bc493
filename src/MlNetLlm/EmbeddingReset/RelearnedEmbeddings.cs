using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>Embeddings learnt for another vocabulary under a frozen body.</summary>
public sealed class RelearnedEmbeddings : IDisposable
{
    private readonly IReadOnlyDictionary<int, IReadOnlyDictionary<string, Tensor>> _kept;

    internal RelearnedEmbeddings(LanguageModel model, IReadOnlyDictionary<int, IReadOnlyDictionary<string, Tensor>> kept)
    {
        (Model, _kept) = (model, kept);
        KeptUpdates = [.. kept.Keys.Order()];
    }

    /// <summary>The body with the embeddings as they are at the end.</summary>
    public LanguageModel Model { get; }

    /// <summary>The updates after which the embeddings were kept, in order.</summary>
    public IReadOnlyList<int> KeptUpdates { get; }

    /// <summary>The body with the embeddings as they were after an update.</summary>
    /// <param name="update">One of <see cref="KeptUpdates"/>.</param>
    /// <returns>A model; the caller owns it.</returns>
    /// <exception cref="KeyNotFoundException">Nothing was kept after that update.</exception>
    public LanguageModel At(int update)
    {
        if (!_kept.TryGetValue(update, out var tables))
            throw new KeyNotFoundException(
                $"No embeddings were kept after update {update}. Kept: {string.Join(", ", KeptUpdates)}. Add it to `KeepUpdates`.");
        var all = EmbeddingTables.Of(Model.Module).ToDictionary(item => item.Key, item => item.Value);
        foreach (var (name, table) in tables)
            all[name] = table.to(Model.Module.TokenEmbedding.device).clone();
        return Model.WithModule(EmbeddingTables.Join(Model.Module, all));
    }

    /// <summary>Frees the embeddings that were kept; not <see cref="Model"/>.</summary>
    public void Dispose()
    {
        foreach (var table in _kept.Values.SelectMany(tables => tables.Values))
            table.Dispose();
    }
}
