using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// One pass of the teacher over some windows, with one backward pass from the loss down to the layer of the concepts: nothing below it,
/// and no weight, has a gradient.
/// </summary>
/// <param name="States">(positions, d): the hidden states.</param>
/// <param name="Slopes">
/// (positions, d): ∂ Σ NLL / ∂h, or of a position's own NLL alone. The sum and not the mean: values stay large.
/// </param>
/// <param name="NextTokens">(positions, k): the most probable next tokens; empty where not asked for.</param>
/// <param name="Loss">The loss summed over the targets, in nats.</param>
internal sealed record TeacherPass(float[] States, float[] Slopes, int[] NextTokens, double Loss)
{
    /// <param name="teacher">The teacher.</param>
    /// <param name="tokens">(rows, time).</param>
    /// <param name="targets">(rows, time): the token to predict, or <see cref="TokenBatch.Ignored"/>.</param>
    /// <param name="rows">How many windows.</param>
    /// <param name="options">Which gradient, and at which point.</param>
    /// <param name="nextTokens">How many of the most probable next tokens to give; 0 = none.</param>
    public static TeacherPass Run(
        ConceptTeacher teacher, long[] tokens, long[] targets, int rows, LabelConceptsOptions options, int nextTokens = 0)
    {
        using var scope = NewDisposeScope();
        var module = teacher.Model.Module;
        var on = module.TokenEmbedding.device;
        Tensor states = null!, start = null!;
        var hidden = module.Hidden(
            tensor(tokens, [rows, tokens.Length / rows], device: on),
            new ForwardOptions { OwnTokenGradient = options.Gradient == ConceptGradient.NextToken, Edit = Begin });  // (rows, time, width)
        var loss = Objectives.NextToken(module, hidden, tensor(targets, [rows, tokens.Length / rows], device: on));
        loss.backward();
        using var slopes = start.grad!;
        var result = new TeacherPass(
            Numbers(states), Numbers(slopes), nextTokens > 0 ? Likeliest(module, hidden.detach(), nextTokens) : [], loss.ToDouble());
        states.Dispose();
        start.Dispose();
        return result;

        // The graph begins here. The tensors outlive the pass's own scope.
        Tensor Begin(string name, Tensor value)
        {
            if (name != teacher.Activation) return value;
            states = value.detach().DetachFromDisposeScope();
            start = options.Patched ? Reconstructed(teacher.Autoencoder, states) : value.detach().clone();
            return start.requires_grad_(true).DetachFromDisposeScope();
        }
    }

    /// <summary>What the autoencoder gives back for hidden states, (…, d), as a tensor of the same shape.</summary>
    public static Tensor Reconstructed(SparseAutoencoder autoencoder, Tensor states)
    {
        var codes = autoencoder.EncodeAll(Numbers(states));
        var back = new float[states.numel()];
        for (var row = 0; row < codes.Count; row++) autoencoder.Decode(codes[row]).CopyTo(back, row * autoencoder.Width);
        return tensor(back, states.shape, device: states.device).to(states.dtype);
    }

    /// <summary>A tensor's numbers, copied.</summary>
    public static float[] Numbers(Tensor values)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return TensorNumbers.Of(values).ToArray();
    }

    private static int[] Likeliest(TransformerModel module, Tensor hidden, int count)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (_, ids) = module.Head(hidden).topk(count, -1);                                     // (rows, time, count)
        return [.. ids.cpu().reshape(-1).data<long>().ToArray().Select(id => (int)id)];
    }
}
