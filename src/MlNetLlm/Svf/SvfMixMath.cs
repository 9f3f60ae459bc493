using System.Runtime.InteropServices;
using MlNetLlm.LanguageModels.Managed;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MlNetLlm.Svf;

/// <summary>
/// Mixing experts of one matrix. With the activated multipliers m_k = sigmoid(p_k) the mix is m = Σ α_k m_k, renormalised once:
/// W'(α) = c U diag(σ ⊙ m) Vᵀ, c = Σσ / Σ(σ ⊙ m).
/// </summary>
/// <remarks>
/// W' is linear in m up to c, so with each expert's own W'_k = c_k U diag(σ ⊙ m_k) Vᵀ and mass ρ_k = Σ(σ ⊙ m_k) / Σσ = 1 / c_k,
/// <c>W'(α) = Σ β_k W'_k, β_k = α_k ρ_k / Σ_j α_j ρ_j</c>: 2 K n m operations instead of the 2 n m r of multiplying factors, the
/// same for every common factor of α, and a single expert's own weights for a one-hot α. The free variant is not renormalised: ρ_k = 1.
/// The released code mixes p without the sigmoid, so that a one-hot α is not the expert, and divides by 0 where all α are 0.
/// </remarks>
public static class SvfMixMath
{
    private const int Piece = 1 << 14;   // numbers that stay in a near cache while the parts are added

    /// <summary>ρ, what an expert's multipliers leave of Σσ before the renormalisation: its weight in a mix.</summary>
    /// <param name="vector">p of the bounded variant or z of the free one, (r).</param>
    /// <param name="sigma">Singular values (r).</param>
    /// <param name="variant">How the vector becomes multipliers; ρ of the free variant is 1.</param>
    /// <returns>Σ(σ ⊙ sigmoid(p)) / Σσ: from 0 to 1; M cancels.</returns>
    public static double Mass(Tensor vector, Tensor sigma, SvfVariant variant)
    {
        if (variant == SvfVariant.Free) return 1;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (p, s) = (vector.detach().to(float64), sigma.detach().to(float64));
        return (s * sigmoid(p)).sum().item<double>() / s.sum().item<double>();
    }

    /// <summary>β of a matrix, and the part of the base weights.</summary>
    /// <param name="alpha">α, K finite numbers of at least 0.</param>
    /// <param name="mass">
    /// ρ of each expert; null for one that does not adapt this matrix. It counts as base weights with the mean mass of the others.
    /// </param>
    /// <returns>β, (K) with 0 for experts of no mass here, and the rest up to 1 that goes to the base weights: all of it where α is 0.
    /// </returns>
    public static (double[] Shares, double Base) Shares(IReadOnlyList<double> alpha, IReadOnlyList<double?> mass)
    {
        var largest = alpha.Max();
        var mean = mass.OfType<double>().DefaultIfEmpty(1).Average();
        var weighted = alpha.Select((a, k) => largest > 0 ? a / largest * (mass[k] ?? mean) : 0).ToArray();   // α ρ
        var total = weighted.Sum();
        if (!(total > 0)) return (new double[alpha.Count], 1);                                                 // s = 0: the base weights
        var shares = weighted.Select((w, k) => mass[k] is null ? 0 : w / total).ToArray();
        return (shares, weighted.Where((_, k) => mass[k] is null).Sum() / total);
    }

    /// <summary>Writes Σ β_k W_k over a matrix; a part of share 1 is copied bit by bit.</summary>
    /// <param name="target">(out, in), overwritten.</param>
    /// <param name="parts">Matrices (out, in) with their shares; at least one.</param>
    public static void Blend(Tensor target, IReadOnlyList<(Tensor Weight, double Share)> parts)
    {
        using var noGrad = no_grad();
        if (parts.Count == 1 && parts[0].Share == 1)
        {
            target.copy_(parts[0].Weight);
            return;
        }
        if (DecoderWeights.IsReadable(target) && parts.All(part => DecoderWeights.IsReadable(part.Weight)))
        {
            BlendInOnePass(target, parts);
            return;
        }
        target.copy_(parts[0].Weight).mul_(parts[0].Share);
        foreach (var (weight, share) in parts.Skip(1)) target.add_(weight, alpha: share);
    }

    // Memory is what this waits for: each part is read once and the target written once.
    private static void BlendInOnePass(Tensor target, IReadOnlyList<(Tensor Weight, double Share)> parts)
    {
        var sum = MemoryMarshal.Cast<byte, float>(target.bytes);
        for (var from = 0; from < sum.Length; from += Piece)
        {
            var piece = sum.Slice(from, Math.Min(Piece, sum.Length - from));
            for (var k = 0; k < parts.Count; k++)
            {
                var part = MemoryMarshal.Cast<byte, float>(parts[k].Weight.bytes).Slice(from, piece.Length);
                if (k == 0)
                    TensorPrimitives.Multiply(part, (float)parts[k].Share, piece);
                else
                    TensorPrimitives.MultiplyAdd(part, (float)parts[k].Share, piece, piece);
            }
        }
    }
}
