using System.Globalization;
using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>
/// Copies of the tables after some updates: in the checkpoint folder where there is one, so that a resumed run has them too, else in
/// memory.
/// </summary>
internal sealed class KeptTables(IReadOnlyList<int> updates, string? folder, IReadOnlyList<(string Name, Parameter Parameter)> tables)
    : IDisposable
{
    private const string Weights = "tables.safetensors";

    private readonly Dictionary<int, IReadOnlyDictionary<string, Tensor>> _inMemory = [];

    /// <summary>Keeps the tables as they are where this update is wanted.</summary>
    public void Keep(int update)
    {
        if (!updates.Contains(update))
            return;
        if (folder is null)
            _inMemory[update] = tables.ToDictionary(
                item => item.Name, item => item.Parameter.detach().cpu().clone().DetachFromDisposeScope());
        else
            AtomicFolder.Write(FileSystems.Default, At(update), temporary => Safetensors.Write(
                FileSystems.Default, Path.Combine(temporary, Weights), tables.Select(item => (item.Name, (Tensor)item.Parameter))));
    }

    /// <summary>The tables kept up to an update, by update; who asks owns them.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<string, Tensor>> UpTo(int last)
    {
        if (folder is null)
            return _inMemory;
        return updates.Distinct().Where(update => update <= last && AtomicFolder.Exists(At(update))).ToDictionary(
            update => update,
            update => (IReadOnlyDictionary<string, Tensor>)Safetensors.Read(Path.Combine(AtomicFolder.Open(At(update)), Weights))
                .ToDictionary(item => item.Key, item => item.Value.DetachFromDisposeScope()));
    }

    /// <summary>Frees the copies in memory.</summary>
    public void Dispose()
    {
        foreach (var table in _inMemory.Values.SelectMany(kept => kept.Values)) table.Dispose();
    }

    private string At(int update) => Path.Combine(folder!, string.Create(CultureInfo.InvariantCulture, $"tables-{update:D6}"));
}
