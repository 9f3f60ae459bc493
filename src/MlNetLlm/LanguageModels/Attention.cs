using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Multi-head attention with rotary positions, shared key heads and a cache: out(attend(rot(q x), rot(k x), v x)).</summary>
internal sealed class Attention : nn.Module
{
    private readonly TransformerConfig _config;
    private readonly int _layer;
    private readonly string _weights;
    private readonly string _mixed;

    internal Attention(WeightSource weights, string path, int layer, TransformerConfig config)
        : base(nameof(Attention))
    {
        (_config, _layer) = (config, layer);
        (_weights, _mixed) = ($"{path}.weights", $"{path}.mixed");
        var (queries, keys) = (config.Heads * config.HeadWidth, config.KeyValueHeads * config.HeadWidth);
        Query = Make("query", ProjectionKind.Query, config.Width, queries, config.QueryKeyValueBias);
        Key = Make("key", ProjectionKind.Key, config.Width, keys, config.QueryKeyValueBias);
        Value = Make("value", ProjectionKind.Value, config.Width, keys, config.QueryKeyValueBias);
        Output = Make("output", ProjectionKind.Output, queries, config.Width, config.OutputBias);
        RegisterComponents();

        Projection Make(string name, ProjectionKind kind, int input, int output, bool bias) =>
            new(weights, $"{path}.{name}", layer, kind, input, output, bias);
    }

    [field: ComponentName(Name = "query")]
    internal Projection Query { get; }

    [field: ComponentName(Name = "key")]
    internal Projection Key { get; }

    [field: ComponentName(Name = "value")]
    internal Projection Value { get; }

    [field: ComponentName(Name = "output")]
    internal Projection Output { get; }

    /// <summary>(batch, time, width) to (batch, time, width).</summary>
    /// <param name="x">The hidden states.</param>
    /// <param name="pass">Where they stand, and who may look at whom.</param>
    /// <param name="insertedOnly">Whether to ask and answer at inserted elements alone, (batch, time / 2, width).</param>
    internal Tensor Forward(Tensor x, ForwardPass pass, bool insertedOnly = false)
    {
        using var scope = NewDisposeScope();
        var (batch, time, heads, keyHeads, d) = (x.size(0), x.size(1), _config.Heads, _config.KeyValueHeads, _config.HeadWidth);
        var asked = insertedOnly ? Interleaving.InsertedSlots(x) : x;        // (batch, time or time / 2, width)
        var q = Query.call(asked).view(batch, asked.size(1), heads, d);      // (batch, time or time / 2, heads, d)
        var k = Key.call(x).view(batch, time, keyHeads, d);                  // (batch, time, keyHeads, d)
        var v = Value.call(x).view(batch, time, keyHeads, d);                // (batch, time, keyHeads, d)
        if (pass.Rotation is { } angles)
        {
            var own = insertedOnly ? pass.TokenRotation!.Value : angles;
            q = RotaryMath.Rotate(q, own.Cos, own.Sin, _config.Rotary);
            k = RotaryMath.Rotate(k, angles.Cos, angles.Sin, _config.Rotary);
        }
        if (pass.Cache is not null)
            (k, v) = pass.Cache.Append(_layer, k, v);                        // (batch, source, keyHeads, d)
        if (pass.IsWanted(_weights))
            ShowWeights(insertedOnly ? AttentionMath.AmongZeros(q) : q, k, pass);
        var mask = pass.Mask.For(batch, keyHeads);
        var mixed = insertedOnly
            ? AttentionMath.Inserted(q, k, v, mask, pass.Dropout)            // (batch, time / 2, heads · d)
            : AttentionMath.Causal(q, k, v, mask, pass.Dropout, pass.OwnTokenGradient);      // (batch, time, heads · d)
        return Output.call(pass.Show(_mixed, mixed)).MoveToOuterDisposeScope();
    }

    // Computed apart, so that watching changes no bit of what the model computes.
    private void ShowWeights(Tensor q, Tensor k, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var weights = AttentionMath.Weights(q, k, pass.Mask.For(q.size(0), k.size(2)));
        pass.ShowOnly(_weights, AttentionMath.ByHead(weights, q.size(0), q.size(1), q.size(2)));
    }
}
