using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>down(f(up(x))), or down(f(gate(x)) ⊙ up(x)) when gated.</summary>
internal sealed class FeedForward : nn.Module
{
    private readonly FeedForwardKind _kind;
    private readonly string _hidden;

    internal FeedForward(WeightSource weights, string path, int layer, TransformerConfig config)
        : base(nameof(FeedForward))
    {
        (_kind, _hidden) = (config.FeedForward, $"{path}.hidden");
        var (width, units) = (config.Width, config.FeedForwardWidth);
        Gate = config.Gated ? Make("gate", ProjectionKind.Gate, width, units) : null;
        Up = Make("up", ProjectionKind.Up, width, units);
        Down = Make("down", ProjectionKind.Down, units, width);
        RegisterComponents();

        Projection Make(string name, ProjectionKind kind, int input, int output) =>
            new(weights, $"{path}.{name}", layer, kind, input, output, config.FeedForwardBias);
    }

    [field: ComponentName(Name = "gate")]
    internal Projection? Gate { get; }

    [field: ComponentName(Name = "up")]
    internal Projection Up { get; }

    [field: ComponentName(Name = "down")]
    internal Projection Down { get; }

    /// <summary>(batch, time, width) to (batch, time, width).</summary>
    internal Tensor Forward(Tensor x, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        if (_kind == FeedForwardKind.GeluTanh && Down.Adapter is null && !pass.IsShown(_hidden) && is_grad_enabled())
            return FeedForwardMath.Down(Up.call(x), Down.Weight, Down.Bias).MoveToOuterDisposeScope();
        var hidden = _kind switch                                             // (batch, time, units)
        {
            FeedForwardKind.SwiGlu => nn.functional.silu(Gate!.call(x)) * Up.call(x),
            FeedForwardKind.GeluTanh => FeedForwardMath.GeluTanh(Up.call(x), inPlace: Up.Adapter is null),
            _ => nn.functional.gelu(Up.call(x)),
        };
        return Down.call(pass.Show(_hidden, hidden)).MoveToOuterDisposeScope();
    }
}
