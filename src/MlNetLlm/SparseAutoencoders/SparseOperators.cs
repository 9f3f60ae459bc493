using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// The loss of <see cref="SparsePass"/> in torch's operators, for devices other than the CPU; slower, and as plain as the formula.
/// </summary>
internal static class SparseOperators
{
    /// <summary>Columns shorter than this are left as they are, not divided by their length.</summary>
    public const double Least = 1e-12;

    /// <param name="autoencoder">The weights.</param>
    /// <param name="u">(n, d), normalised.</param>
    /// <param name="options">k, and what concerns the auxiliary loss.</param>
    /// <param name="scale">1 / the data's variance a component.</param>
    /// <param name="dead">The dead latents.</param>
    /// <returns>The loss summed over the states, with a graph; the latents used and their activations, (n, k).</returns>
    public static (Tensor Loss, Tensor Ids, Tensor Strengths) Loss(
        SparseAutoencoder autoencoder, Tensor u, SparseAutoencoderRun options, double scale, int[] dead)
    {
        var (n, d) = (u.size(0), u.size(1));
        var w = autoencoder.Decoder / autoencoder.Decoder.norm(1, keepdim: true).clamp_min(Least);    // no gradient along w
        var x = u - autoencoder.PreBias;                                                                  // (n, d)
        var pre = functional.linear(x, autoencoder.Encoder, autoencoder.LatentBias);                      // (n, C)
        var (values, ids) = pre.topk(options.ActiveLatents, 1);                                           // (n, k)
        var c = values.relu();
        var codes = zeros_like(pre).scatter(1, ids, c);                                                   // (n, C)
        var errors = x - codes.matmul(w);                                                                 // (n, d)
        var loss = errors.square().sum() * (scale / d);
        if (dead.Length > 0 && options.AuxiliaryWeight > 0)
        {
            var target = errors.detach();
            var variance = (target - target.mean([0], keepdim: true)).square().sum();
            var places = tensor(dead.Select(latent => (long)latent).ToArray(), device: u.device);
            var (silent, picked) = pre.index_select(1, places).topk(Math.Min(options.AuxiliaryLatents, dead.Length), 1);
            var part = zeros(n, dead.Length, device: u.device).scatter(1, picked, silent.relu());         // (n, dead)
            var auxiliary = (target - part.matmul(w.index_select(0, places))).square().sum() / (variance + 1e-12);
            loss = loss + auxiliary * (options.AuxiliaryWeight * n);
        }
        return (loss, ids, c.detach());
    }
}
