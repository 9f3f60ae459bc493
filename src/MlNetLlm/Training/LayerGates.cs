using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
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

    /// <summary>A pass over a batch in which rows skip layers (training), or in which the layers of other groups are scaled.</summary>
    /// <param name="pass">The pass without gates.</param>
    /// <param name="batch">The batch, on its device.</param>
    /// <param name="training">Whether to draw which layers are skipped, or to scale by how often they are not.</param>
    /// <exception cref="InvalidDataException">A row's group owns no layer.</exception>
    public ForwardOptions Apply(ForwardOptions pass, TokenBatch batch, bool training)
    {
        var groups = batch.Groups ?? throw new InvalidOperationException("The batch was read without its rows' groups.");
        foreach (var group in groups)
            if (!ownership.Owners.Contains(group)) throw new InvalidDataException(ownership.Unknown(group));
        if (!training) return pass with { Edit = Scaled(batch, groups) };
        var rows = Enumerable.Range(0, ownership.Owners.Count).Select(layer => Passing(layer, groups)).ToList();
        Tensor?[] chosen = [.. rows.Select(passing => passing.Length == groups.Count ? null : tensor(passing).to(batch.Tokens.device))];
        return pass with { LayerRows = layer => chosen[layer] };
    }

    // The rows that a layer is part of.
    private long[] Passing(int layer, IReadOnlyList<string> groups) =>
        [.. groups.Index().Where(row => !ownership.IsForeign(layer, row.Item) || !IsSkipped()).Select(row => (long)row.Index)];

    private bool IsSkipped() => ownership.SkipProbability is var q && (q >= 1 || (q > 0 && _skips.NextDouble() < q));

    // What a layer's two parts add, times the gate of each row.
    private Func<string, Tensor, Tensor> Scaled(TokenBatch batch, IReadOnlyList<string> groups)
    {
        var gates = new Dictionary<string, Tensor>();
        for (var layer = 0; layer < ownership.Owners.Count; layer++)
        {
            float[] gate = [.. groups.Select(group => ownership.IsForeign(layer, group) ? (float)(1 - ownership.SkipProbability) : 1f)];
            if (gate.All(value => value == 1)) continue;
            var column = tensor(gate, [gate.Length, 1, 1]).to(batch.Tokens.device);             // (batch, 1, 1)
            gates[$"layers.{layer}.attention"] = gates[$"layers.{layer}.mlp"] = column;
        }
        return (name, value) => gates.TryGetValue(name, out var gate) ? value * gate : value;
    }
}
