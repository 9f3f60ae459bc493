using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.LanguageModels;

/// <summary>y = x Wᵀ (+ b): one weight matrix of a block, which may carry an adapter. Without one it is exactly the linear map.</summary>
public sealed class Projection : Module<Tensor, Tensor>
{
    internal Projection(WeightSource weights, string name, int layer, ProjectionKind kind, int inputWidth, int outputWidth, bool bias)
        : base(nameof(Projection))
    {
        (Name, Layer, Kind) = (name, layer, kind);
        (InputWidth, OutputWidth) = (inputWidth, outputWidth);
        var role = kind is ProjectionKind.Output or ProjectionKind.Down ? WeightRole.ResidualMatrix : WeightRole.Matrix;
        Weight = weights.Take($"{name}.weight", role, outputWidth, inputWidth);
        Bias = bias ? weights.Take($"{name}.bias", WeightRole.Bias, outputWidth) : null;
        RegisterComponents();
    }

    /// <summary>Dotted path in the model, such as layers.3.attention.query.</summary>
    public string Name { get; }

    /// <summary>Number of the block, from 0.</summary>
    public int Layer { get; }

    /// <summary>What the matrix does in its block.</summary>
    public ProjectionKind Kind { get; }

    /// <summary>Components of an input.</summary>
    public int InputWidth { get; }

    /// <summary>Components of an output.</summary>
    public int OutputWidth { get; }

    /// <summary>W, (out, in).</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; }

    /// <summary>b, (out), or null.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter? Bias { get; }

    /// <summary>The adapter in force, or null for the plain matrix. Whoever sets it owns it; its parameters are not the model's.</summary>
    public IProjectionAdapter? Adapter { get; set; }

    // layers.3.mlp.up.weight → layers.3.mlp.up
    internal static string NameOfWeight(string parameter) =>
        parameter.EndsWith(".weight", StringComparison.Ordinal) ? parameter[..^".weight".Length] : parameter;

    /// <summary>Projects the last dimension.</summary>
    /// <param name="input">(…, in).</param>
    /// <returns>(…, out).</returns>
    public override Tensor forward(Tensor input)
    {
        Shapes.RequireLast(input, InputWidth, Name);
        return Adapter is null ? functional.linear(input, Weight, Bias) : Adapter.Apply(this, input);
    }
}
