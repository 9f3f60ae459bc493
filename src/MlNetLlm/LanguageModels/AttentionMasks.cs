using System.Numerics;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Builds the masks of a model and keeps the causal one, which every training step needs.</summary>
internal sealed class AttentionMasks(TransformerConfig config) : IDisposable
{
    private sealed record Entry(Tensor Causal, int Length, ScalarType Type, DeviceIdentity Device);

    private readonly int _group = config.Heads / config.KeyValueHeads;
    private readonly Lock _building = new();
    private volatile Entry? _entry;

    /// <summary>Mask for <paramref name="time"/> queries that follow <paramref name="start"/> earlier tokens.</summary>
    internal AttentionMask Causal(int start, int time, ScalarType type, Device device)
    {
        var source = start + time;
        if (time == 1 && (config.SlidingWindow ?? source) >= source)
            return AttentionMask.None;
        if (start > 0)
            return new AttentionMask(Rows(start, time, source, type, device), false);
        var causal = AtLeast(time, type, device);
        return new AttentionMask(causal.narrow(0, 0, (long)time * _group).narrow(1, 0, time), (config.SlidingWindow ?? time) >= time);
    }

    /// <summary>Mask for queries at <paramref name="positions"/> (batch, time) of their own row.</summary>
    internal AttentionMask Ragged(Tensor positions, int source, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (batch, time) = (positions.size(0), positions.size(1));
        var distance = positions.unsqueeze(2) - arange(source, ScalarType.Int64, positions.device);         // (batch, time, source)
        var additive = Additive(Hidden(distance), type)                                           // (batch, time, source)
            .view(batch, 1, time, 1, source)
            .expand(batch, config.KeyValueHeads, time, _group, source)
            .reshape(batch * config.KeyValueHeads, time * _group, source);
        return new AttentionMask(additive.MoveToOuterDisposeScope(), false);
    }

    /// <summary>Mask that hides the padding behind each row's first <paramref name="lengths"/> (batch) tokens.</summary>
    internal AttentionMask Padding(Tensor lengths, int source, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var batch    = lengths.size(0);
        var padding  = arange(source, ScalarType.Int64, lengths.device).unsqueeze(0).ge(lengths.unsqueeze(1));   // (batch, source)
        var additive = Additive(padding, type)
            .view(batch, 1, 1, source)
            .expand(batch, config.KeyValueHeads, 1, source)
            .reshape(batch * config.KeyValueHeads, 1, source);
        return new AttentionMask(additive.MoveToOuterDisposeScope(), false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entry?.Causal.Dispose();
        _entry = null;
    }

    // An outgrown mask is left to the finaliser: another thread may be using it.
    private Tensor AtLeast(int time, ScalarType type, Device device)
    {
        var entry = _entry;
        if (entry is not null && entry.Length >= time && entry.Type == type && entry.Device == new DeviceIdentity(device))
            return entry.Causal;
        lock (_building)
        {
            using var plain = inference_mode(false);
            var length = (int)Math.Min(config.ContextLength, Math.Max(32, BitOperations.RoundUpToPowerOf2((uint)time)));
            var causal = Rows(0, length, length, type, device).DetachFromDisposeScope();
            _entry = new Entry(causal, length, type, new DeviceIdentity(device));
            return causal;
        }
    }

    private Tensor Rows(int start, int time, int source, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var queries  = arange(start, start + time, ScalarType.Int64, device).repeat_interleave(_group);    // (time · group)
        var distance = queries.unsqueeze(1) - arange(source, ScalarType.Int64, device);                   // (time · group, source)
        return Additive(Hidden(distance), type).MoveToOuterDisposeScope();
    }

    private Tensor Hidden(Tensor distance) =>
        config.SlidingWindow is { } window ? distance.lt(0).logical_or(distance.ge(window)) : distance.lt(0);

    private static Tensor Additive(Tensor hidden, ScalarType type) =>
        zeros(hidden.shape, type, hidden.device).masked_fill_(hidden, double.NegativeInfinity);
}
