using System.Numerics.Tensors;
using MlNetLlm.SparseAutoencoders;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Holding a concept of a teacher at an activation: h' = h + s (v − cᵢ) wᵢ, with cᵢ its own activation there and s the hidden state's
/// deviation. What the autoencoder does not explain stays as it is.
/// </summary>
internal static class ConceptSteering
{
    /// <summary>The change of the teacher's activations, for ForwardOptions.Edit.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="concept">i.</param>
    /// <param name="activation">v, or with <paramref name="literal"/> what the concept's own activation is multiplied by.</param>
    /// <param name="literal">Whether to multiply, which changes nothing where the concept is not active.</param>
    public static Func<string, Tensor, Tensor> Edit(ConceptTeacher teacher, int concept, double activation, bool literal = false)
    {
        var direction = teacher.Autoencoder.Direction(concept);
        return (name, value) =>
            name == teacher.Activation ? Steered(teacher.Autoencoder, value, concept, activation, direction, literal) : value;
    }

    /// <summary>(…, d) to (…, d).</summary>
    public static Tensor Steered(
        SparseAutoencoder autoencoder, Tensor value, int concept, double activation, float[] direction, bool literal = false)
    {
        using var quiet = no_grad();
        var states = TeacherPass.Numbers(value);
        var codes = autoencoder.EncodeAll(states);
        for (var row = 0; row < codes.Count; row++)
        {
            var own = codes[row].StrengthOf(concept);
            var by = codes[row].Deviation * (float)((literal ? activation * own : activation) - own);
            var state = states.AsSpan(row * direction.Length, direction.Length);
            TensorPrimitives.MultiplyAdd(direction, by, state, state);
        }
        return tensor(states, value.shape, device: value.device).to(value.dtype);
    }
}
