using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>What a weight is for; decides how it is initialised.</summary>
internal enum WeightRole
{
    Matrix,

    /// <summary>A matrix whose product is added to the residual stream.</summary>
    ResidualMatrix,

    Embedding,
    Gain,
    Bias,
}

/// <summary>Where a model under construction gets its weights from: a new tensor of that name and shape, owned by the caller.</summary>
internal delegate Tensor WeightSource(string name, WeightRole role, long[] shape);

/// <summary>The weight sources there are, besides checkpoints.</summary>
internal static class WeightSources
{
    /// <summary>Standard deviation of matrices and embeddings (Radford et al. 2019).</summary>
    internal const double StandardDeviation = TransformerModel.UsualInitialDeviation;

    /// <summary>Gains 1, all else 0: a model that waits for its weights.</summary>
    internal static Tensor Blank(string name, WeightRole role, long[] shape) => Blank(role, shape, null, null);

    private static Tensor Blank(WeightRole role, long[] shape, ScalarType? type, Device? device) =>
        role == WeightRole.Gain ? ones(shape, type, device) : zeros(shape, type, device);

    /// <summary>
    /// Matrices and embeddings N(0, d²), d = 0.02 unless said otherwise, those that feed the residual stream N(0, d² / 2L) so that its
    /// variance does not grow with the number L of layers, gains 1, biases 0 (Radford et al. 2019, section 2.3).
    /// </summary>
    internal static WeightSource Seeded(Generator generator, int layers, double deviation = StandardDeviation)
    {
        var residual = deviation / Math.Sqrt(2.0 * layers);
        return (name, role, shape) => role switch
        {
            WeightRole.Matrix or WeightRole.Embedding => empty(shape).normal_(0, deviation, generator),
            WeightRole.ResidualMatrix => empty(shape).normal_(0, residual, generator),
            _ => Blank(name, role, shape),
        };
    }

    /// <summary>The same storage as <paramref name="model"/>'s weights, outside its graph, but for replaced matrices.</summary>
    internal static WeightSource SharedWith(TransformerModel model, IReadOnlyDictionary<string, Tensor>? replaced)
    {
        var weights = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        return (name, _, _) => Replacement(name) ?? weights[name].detach();

        Tensor? Replacement(string name) =>
            replaced is not null && replaced.TryGetValue(Projection.NameOfWeight(name), out var tensor) ? tensor : null;
    }

    /// <summary>
    /// The replaced weights, the same storage as <paramref name="model"/>'s for others that it has, and zeros beside them for those it
    /// lacks.
    /// </summary>
    internal static WeightSource SharedBut(TransformerModel model, IReadOnlyDictionary<string, Tensor> replaced)
    {
        var weights = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var like = model.TokenEmbedding;
        return (name, role, shape) => replaced.TryGetValue(name, out var tensor) ? tensor
            : weights.TryGetValue(name, out var weight) ? weight.detach() : Blank(role, shape, like.dtype, like.device);
    }

    /// <summary>New storage with the same values as <paramref name="model"/>'s weights.</summary>
    internal static WeightSource CopiedFrom(TransformerModel model)
    {
        var weights = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        return (name, _, _) =>
        {
            using var shared = weights[name].detach();
            return shared.clone();
        };
    }

    /// <summary>Takes one weight as a parameter that lives as long as its module, whatever dispose scope is open now.</summary>
    internal static Parameter Take(this WeightSource source, string name, WeightRole role, params long[] shape)
    {
        var tensor = source(name, role, shape);
        var parameter = new Parameter(tensor);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
