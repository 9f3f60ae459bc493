using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// Singular value fine-tuning: W = U diag(σ) Vᵀ is factored once and one multiplier z per singular component is learned,
/// W' = U diag(σ ⊙ z) Vᵀ (Sun, Cetin and Tang, Transformer², ICLR 2025, section 3.1).
/// </summary>
/// <remarks>
/// Shapes: W (out, in), U (out, r), σ (r), Vᵀ (r, in), r = min(out, in).
/// The paper prints z as the trained parameter, initialised near 0.1, which as printed would shrink every weight tenfold. The released
/// code adds a sigmoid and a renormalisation; <see cref="BoundedMultipliers"/> is that form.
/// </remarks>
public static class SvfMath
{
    /// <summary>Thin singular value decomposition, computed in double precision and returned in single.</summary>
    /// <param name="weight">A matrix (out, in).</param>
    /// <returns>U (out, r), σ (r) in descending order and Vᵀ (r, in), all float32 and without gradient.</returns>
    public static (Tensor u, Tensor sigma, Tensor vt) Factor(Tensor weight)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (u, sigma, vt) = linalg.svd(weight.detach().to(float64), fullMatrices: false);   // double: float32 is only 1e-4 accurate
        return (u.to(float32).MoveToOuterDisposeScope(),
                sigma.to(float32).MoveToOuterDisposeScope(),
                vt.to(float32).MoveToOuterDisposeScope());
    }

    /// <summary>The bounded, renormalised multipliers of the released code: m = M · sigmoid(p), z = m · Σσ / Σ(σ ⊙ m).</summary>
    /// <param name="p">Trained pre-activations (r).</param>
    /// <param name="sigma">Singular values (r).</param>
    /// <param name="maxMultiplier">M, the largest m; the renormalisation makes z independent of it in exact arithmetic.</param>
    /// <returns>z (r). Σ σ z = Σ σ: only the balance between components is learned.</returns>
    public static Tensor BoundedMultipliers(Tensor p, Tensor sigma, double maxMultiplier)
    {
        var m = maxMultiplier * sigmoid(p);                     // (r)
        var c = sigma.sum() / (sigma * m).sum();                // scalar: keeps the nuclear norm
        return c * m;
    }

    /// <summary>The multipliers z (r) of a trained vector: <see cref="BoundedMultipliers"/> of p, or the free z itself.</summary>
    public static Tensor Multipliers(Tensor vector, Tensor sigma, SvfVariant variant, double maxMultiplier) =>
        variant == SvfVariant.Bounded ? BoundedMultipliers(vector, sigma, maxMultiplier) : vector;

    /// <summary>
    /// x W'ᵀ without ever building W': ((x V) ⊙ σ z) Uᵀ. Costs 4 T r (out + in) operations for T tokens with its backward pass.
    /// </summary>
    /// <param name="x">Inputs (..., in).</param>
    /// <param name="u">U (out, r).</param>
    /// <param name="scaled">σ ⊙ z (r).</param>
    /// <param name="vt">Vᵀ (r, in).</param>
    /// <returns>(..., out).</returns>
    public static Tensor ApplyFactored(Tensor x, Tensor u, Tensor scaled, Tensor vt)
    {
        var components = nn.functional.linear(x, vt);           // (..., in) · (in, r) → (..., r)
        return nn.functional.linear(components * scaled, u);    // (..., r) · (r, out) → (..., out)
    }

    /// <summary>W' = U diag(σ ⊙ z) Vᵀ, (out, in).</summary>
    /// <param name="u">U (out, r).</param>
    /// <param name="scaled">σ ⊙ z (r).</param>
    /// <param name="vt">Vᵀ (r, in).</param>
    public static Tensor Materialise(Tensor u, Tensor scaled, Tensor vt) => (u * scaled).matmul(vt);

    /// <summary>
    /// Whether a training step over <paramref name="tokens"/> tokens is cheaper factored: 4 T r (n + m) against 6 T n m + 4 n m r.
    /// </summary>
    /// <param name="tokens">T, tokens in the step.</param>
    /// <param name="rows">n, rows of the matrix.</param>
    /// <param name="columns">m, columns of the matrix.</param>
    public static bool FactoredIsCheaper(long tokens, long rows, long columns)
    {
        var r = Math.Min(rows, columns);
        return 4.0 * tokens * r * (rows + columns) < 6.0 * tokens * rows * columns + 4.0 * rows * columns * r;
    }
}
