using MlNetLlm.Data;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>Lets the rows of a batch skip the layers of other groups; see <see cref="LayerOwnership"/>.</summary>
internal sealed class LayerGates(LayerOwnership ownership, RandomStreams streams)
{
    /// <summary>The stream for which rows skip which layers.</summary>
    public const string Stream = "layer skips";

    private readonly RandomStream _skips = streams[Stream];

    /// <summary>The gates of a run, or null where layers belong to no one.</summary>
    public static LayerGates? Of(LayerOwnership? ownership, RandomStreams streams) =>
        ownership is null ? null : new LayerGates(ownership, streams);

    /// <summary>The edit of a pass over a batch: what a layer's two parts add, times the gate of each row.</summary>
    /// <param name="batch">The batch, on its device.</param>
    /// <param name="training">Whether to draw which layers are skipped, or to scale by how often they are not.</param>
    /// <exception cref="InvalidDataException">A row's group owns no layer.</exception>
    public Func<string, Tensor, Tensor> Edit(TokenBatch batch, bool training)
    {
        var groups = batch.Groups ?? throw new InvalidOperationException("The batch was read without its rows' groups.");
        foreach (var group in groups)
            if (!ownership.Owners.Contains(group)) throw new InvalidDataException(ownership.Unknown(group));
        var gates = new Dictionary<string, Tensor>();
        for (var layer = 0; layer < ownership.Owners.Count; layer++)
        {
            float[] gate = [.. groups.Select(group => ownership.IsForeign(layer, group) ? Gate(training) : 1f)];
            if (gate.All(value => value == 1)) continue;
            var column = tensor(gate, [gate.Length, 1, 1]).to(batch.Tokens.device);             // (batch, 1, 1)
            gates[$"layers.{layer}.attention"] = gates[$"layers.{layer}.mlp"] = column;
        }
        return (name, value) => gates.TryGetValue(name, out var gate) ? value * gate : value;
    }

    private float Gate(bool training)
    {
        var q = ownership.SkipProbability;
        if (!training) return (float)(1 - q);
        return q >= 1 || (q > 0 && _skips.NextDouble() < q) ? 0 : 1;
    }
}
