using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// One layer. Pre-norm: x + a(n₁(x)), then + f(n₂(·)). Parallel: x + a(n₁(x)) + f(n₁(x)). Post-norm: n₁(x + a(x)), then n₂(· + f(·)).
/// </summary>
internal sealed class TransformerBlock : nn.Module
{
    private readonly TransformerConfig _config;
    private readonly string _path;
    private readonly string _attentionPath;
    private readonly string _mlpPath;
    private readonly bool _last;

    [ComponentName(Name = "attention_norm")]
    private readonly Norm _attentionNorm;

    [ComponentName(Name = "mlp_norm")]
    private readonly Norm? _mlpNorm;

    internal TransformerBlock(WeightSource weights, string path, int layer, TransformerConfig config)
        : base(nameof(TransformerBlock))
    {
        (_config, _last) = (config, layer == config.Layers - 1);
        (_path, _attentionPath, _mlpPath) = (path, $"{path}.attention", $"{path}.mlp");
        _attentionNorm = new Norm(weights, $"{path}.attention_norm", config);
        Attention = new Attention(weights, _attentionPath, layer, config);
        _mlpNorm = config.ParallelBlock ? null : new Norm(weights, $"{path}.mlp_norm", config);
        Mlp = new FeedForward(weights, _mlpPath, layer, config);
        RegisterComponents();
    }

    [field: ComponentName(Name = "attention")]
    internal Attention Attention { get; }

    [field: ComponentName(Name = "mlp")]
    internal FeedForward Mlp { get; }

    /// <summary>The weight matrices that may carry an adapter.</summary>
    internal IEnumerable<Projection> Projections =>
        new[] { Attention.Query, Attention.Key, Attention.Value, Attention.Output, Mlp.Gate, Mlp.Up, Mlp.Down }.OfType<Projection>();

    /// <summary>Names of the activations a block computes, in order.</summary>
    internal static IEnumerable<string> ActivationNames(string path) =>
        [$"{path}.attention.weights", $"{path}.attention.mixed", $"{path}.attention", $"{path}.mlp.hidden", $"{path}.mlp", path];

    /// <summary>
    /// (batch, time, width) to (batch, time, width). Of an interleaved sequence the last block gives the inserted elements alone: of the
    /// tokens' own it needs keys and values only.
    /// </summary>
    internal Tensor Forward(Tensor x, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var insertedOnly = _last && pass.Interleaved;
        if (_config.ParallelBlock)
        {
            var n = _attentionNorm.call(x);
            x = Read(x) + Attend(n) + Feed(Read(n), pass);
        }
        else if (_config.PostNorm)
        {
            x = _attentionNorm.call(Read(x) + Attend(x));
            x = _mlpNorm!.call(x + Feed(x, pass));
        }
        else
        {
            x = Read(x) + Attend(_attentionNorm.call(x));
            x = x + Feed(_mlpNorm!.call(x), pass);
        }
        return pass.Show(_path, x).MoveToOuterDisposeScope();

        Tensor Read(Tensor all) => insertedOnly ? Interleaving.InsertedSlots(all) : all;

        Tensor Attend(Tensor y) => pass.Show(_attentionPath, pass.Drop(Attention.Forward(y, pass, insertedOnly)));
    }

    private Tensor Feed(Tensor x, ForwardPass pass) => pass.Show(_mlpPath, pass.Drop(Mlp.Forward(x, pass)));
}
