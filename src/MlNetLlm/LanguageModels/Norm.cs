using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.LanguageModels;

/// <summary>Root-mean-square norm or layer norm over the last dimension, with a learned gain (and bias).</summary>
internal sealed class Norm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _gain;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private readonly long[] _width;
    private readonly double _epsilon;

    internal Norm(WeightSource weights, string name, TransformerConfig config)
        : base(nameof(Norm))
    {
        _width = [config.Width];
        _epsilon = config.NormEpsilon;
        _gain = weights.Take($"{name}.weight", WeightRole.Gain, config.Width);
        _bias = config.Norm == NormKind.LayerNorm ? weights.Take($"{name}.bias", WeightRole.Bias, config.Width) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (_bias is not null)
            return functional.layer_norm(input, _width, _gain, _bias, _epsilon);

        // y = x · (mean(x²) + ε)^(-1/2) ⊙ w
        using var scope = NewDisposeScope();
        var meanSquare = input.square().mean([-1], keepdim: true);      // (…, 1)
        var scale      = (meanSquare + _epsilon).rsqrt();               // (…, 1)
        return (input * scale * _gain).MoveToOuterDisposeScope();       // (…, width)
    }
}
