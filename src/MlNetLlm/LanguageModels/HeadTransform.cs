using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>norm(gelu(W h + b)): what stands before the head of a masked language model (Devlin et al. 2019).</summary>
internal sealed class HeadTransform : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "norm")]
    private readonly Norm _norm;

    internal HeadTransform(WeightSource weights, string path, TransformerConfig config)
        : base(nameof(HeadTransform))
    {
        _weight = weights.Take($"{path}.weight", WeightRole.Matrix, config.Width, config.Width);
        _bias = weights.Take($"{path}.bias", WeightRole.Bias, config.Width);
        _norm = new Norm(weights, $"{path}.norm", config);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var h = nn.functional.linear(hidden, _weight, _bias);               // (…, width)
        return _norm.call(nn.functional.gelu(h)).MoveToOuterDisposeScope();  // (…, width)
    }
}
