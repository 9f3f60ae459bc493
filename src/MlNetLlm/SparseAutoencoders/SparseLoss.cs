using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>A loss whose gradients are computed with it, as a step of torch's graph.</summary>
internal sealed class SparseLoss : autograd.SingleTensorFunction<SparseLoss>
{
    /// <inheritdoc/>
    public override string Name => nameof(SparseLoss);

    /// <summary>The loss of an autoencoder's weights.</summary>
    /// <param name="autoencoder">The weights.</param>
    /// <param name="compute">Computes the loss and its gradients, in the order of the weights.</param>
    public static Tensor Of(SparseAutoencoder autoencoder, Func<(double Loss, IReadOnlyList<Tensor> Gradients)> compute) => apply(
        autoencoder.Encoder, autoencoder.LatentBias, autoencoder.Decoder, autoencoder.PreBias, compute);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (loss, gradients) = ((Func<(double, IReadOnlyList<Tensor>)>)vars[4])();
        ctx.save_for_backward([.. gradients]);
        return tensor((float)loss);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        [.. ctx.get_saved_variables().Select(gradient => gradient.mul(grad_output)), null!];
}
