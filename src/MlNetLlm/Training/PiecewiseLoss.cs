using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// A loss summed over places, a piece of them at a time: gradients of a piece are taken at once and its logits let go of, so that logits
/// of more than one piece are never held. In the graph it is one step, whose backward pass scales the gradients that the forward pass took.
/// </summary>
internal sealed class PiecewiseLoss : autograd.SingleTensorFunction<PiecewiseLoss>
{
    // 2 MiB of single precision stay near the processor; a GPU wants more at a time. Gradients of a large vocabulary's weights are added up
    // once a piece, which then is no shorter than this.
    private const long LogitsAtOnce = 1 << 19, LogitsAtOnceElsewhere = 8 << 20, LeastPlaces = 256;

    private sealed record Job(long LogitsAPlace, Func<Tensor, long, Tensor> Loss);

    /// <inheritdoc/>
    public override string Name => nameof(PiecewiseLoss);

    /// <summary>The loss of all places.</summary>
    /// <param name="hidden">h, (places, width).</param>
    /// <param name="logitsAPlace">How many logits the loss makes of a place.</param>
    /// <param name="weights">All that the loss computes with beside h; those that are trainable get gradients.</param>
    /// <param name="loss">From a piece of h and the number of its first place to the piece's loss, a scalar.</param>
    /// <returns>A scalar, in single precision where h is in half; with a graph where anything asks for one.</returns>
    public static Tensor Of(Tensor hidden, long logitsAPlace, IEnumerable<Tensor> weights, Func<Tensor, long, Tensor> loss)
    {
        var job = new Job(logitsAPlace, loss);
        Tensor[] trainable = [.. weights.Where(weight => weight.requires_grad)];
        return FusedSteps.NeedGradient([hidden, .. trainable])
            ? apply([hidden, .. trainable, job])
            : Run(hidden, job, null);
    }

    /// <summary>Ranges of places, each of no more logits than are held at once; one empty range where there is no place.</summary>
    public static IEnumerable<(long From, long Count)> Pieces(Tensor hidden, long logitsAPlace)
    {
        var atOnce = hidden.device_type == DeviceType.CPU ? LogitsAtOnce : LogitsAtOnceElsewhere;
        var (places, most, from) = (hidden.size(0), Math.Max(LeastPlaces, atOnce / logitsAPlace), 0L);
        do
            yield return (from, Math.Min(most, places - from));
        while ((from += most) < places);
    }

    /// <summary>The type of losses: half precision has two or three digits, and a sum over many places fewer still.</summary>
    public static ScalarType LossType(ScalarType type) =>
        type is ScalarType.BFloat16 or ScalarType.Float16 ? ScalarType.Float32 : type;

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (h, weights, job) = ((Tensor)vars[0], vars[1..^1].Cast<Tensor>().ToArray(), (Job)vars[^1]);
        var slopes = weights.Select(weight => zeros_like(weight, LossType(weight.dtype))).Prepend(empty_like(h)).ToList();
        using var graph = enable_grad();
        var value = Run(h, job, (piece, from, loss) =>
        {
            var gradients = autograd.grad([loss], [piece, .. weights]);
            slopes[0].narrow(0, from, piece.size(0)).copy_(gradients[0]);
            for (var i = 0; i < weights.Length; i++) slopes[i + 1].add_(gradients[i + 1]);
        });
        ctx.save_for_backward(slopes);
        ctx.save_data("types", weights.Prepend(h).Select(input => input.dtype).ToArray());
        return value;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var types = (ScalarType[])ctx.get_data("types");
        return [.. ctx.get_saved_variables().Zip(types, (slope, type) => (slope * grad_output).to(type)), null!];
    }

    private static Tensor Run(Tensor h, Job job, Action<Tensor, long, Tensor>? differentiate)
    {
        var value = tensor(0f, LossType(h.dtype), h.device);
        foreach (var (from, count) in Pieces(h, job.LogitsAPlace))
        {
            using var scope = NewDisposeScope();
            var piece = h.narrow(0, from, count).detach();
            if (differentiate is not null) piece.requires_grad_();
            var loss = job.Loss(piece, from);
            differentiate?.Invoke(piece, from, loss);
            value.add_(loss.detach());
        }
        return value;
    }
}
