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

    [ComponentName(Name = "attention_norm")]
    private readonly Norm _attentionNorm;

    [ComponentName(Name = "mlp_norm")]
    private readonly Norm? _mlpNorm;

    internal TransformerBlock(WeightSource weights, string path, int layer, TransformerConfig config)
        : base(nameof(TransformerBlock))
    {
        _config = config;
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

    /// <summary>(batch, time, width) to (batch, time, width).</summary>
    internal Tensor Forward(Tensor x, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        if (_config.ParallelBlock)
        {
            var n = _attentionNorm.call(x);
            x = x + Attend(n, pass) + Feed(n, pass);
        }
        else if (_config.PostNorm)
        {
            x = _attentionNorm.call(x + Attend(x, pass));
            x = _mlpNorm!.call(x + Feed(x, pass));
        }
        else
        {
            x = x + Attend(_attentionNorm.call(x), pass);
            x = x + Feed(_mlpNorm!.call(x), pass);
        }
        return pass.Show(_path, x).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, ForwardPass pass) => pass.Show(_attentionPath, pass.Drop(Attention.Forward(x, pass)));

    private Tensor Feed(Tensor x, ForwardPass pass) => pass.Show(_mlpPath, pass.Drop(Mlp.Forward(x, pass)));
}
