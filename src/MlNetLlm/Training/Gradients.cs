using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>Measures and scales gradients.</summary>
internal static class Gradients
{
    /// <summary>
    /// Scales the gradients of all parameters together down to a norm: g ← g · min(1, max / ‖g‖), with ‖g‖ over all parameters and
    /// summed in double. A norm that is no finite number changes nothing.
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient are left out.</param>
    /// <param name="maxNorm">The longest norm, or 0 to measure only.</param>
    /// <returns>The norm before scaling.</returns>
    public static double Clip(IEnumerable<Parameter> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToList();
        if (gradients.Count == 0)
            return 0;
        var norms = stack(gradients.Select(gradient => gradient.norm()).ToList());   // (parameters)
        var norm = norms.to(ScalarType.Float64).norm().item<double>();
        if (maxNorm > 0 && norm > maxNorm && double.IsFinite(norm))
            foreach (var gradient in gradients)
                gradient.mul_(maxNorm / norm);
        return norm;
    }
}
