using System.Runtime.InteropServices;
using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MlNetLlm.Training;

/// <summary>Measures and scales gradients.</summary>
internal static class Gradients
{
    private const int NumbersAtOnce = 1 << 12;   // a sum of so many squares in single precision loses little

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
        var norm = Math.Sqrt(gradients.Sum(SumOfSquares));
        if (maxNorm > 0 && norm > maxNorm && double.IsFinite(norm))
            foreach (var gradient in gradients)
                Scale(gradient, maxNorm / norm);
        return norm;
    }

    private static double SumOfSquares(Tensor gradient)
    {
        if (!FusedSteps.Apply(gradient))
            return Math.Pow(gradient.norm().ToDouble(), 2);
        var numbers = MemoryMarshal.Cast<byte, float>(gradient.bytes);
        var sum = 0.0;
        for (; numbers.Length > NumbersAtOnce; numbers = numbers[NumbersAtOnce..])
            sum += TensorPrimitives.SumOfSquares<float>(numbers[..NumbersAtOnce]);
        return sum + TensorPrimitives.SumOfSquares<float>(numbers);
    }

    private static void Scale(Tensor gradient, double factor)
    {
        if (!FusedSteps.Apply(gradient))
        {
            gradient.mul_(factor);
            return;
        }
        var numbers = MemoryMarshal.Cast<byte, float>(gradient.bytes);
        TensorPrimitives.Multiply(numbers, (float)factor, numbers);
    }
}
