using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Lora;

/// <summary>
/// Low-rank adaptation: W' = W + (α / r) B A (Hu et al., LoRA, ICLR 2022, equation 3). Shapes: W (out, in), A (r, in), B (out, r).
/// </summary>
public static class LoraMath
{
    /// <summary>The update's share of the output: (α / r) · x Aᵀ Bᵀ.</summary>
    /// <param name="x">Inputs (..., in).</param>
    /// <param name="a">A (r, in).</param>
    /// <param name="b">B (out, r).</param>
    /// <param name="scale">α / r.</param>
    /// <returns>(..., out).</returns>
    public static Tensor Update(Tensor x, Tensor a, Tensor b, double scale)
    {
        var low = nn.functional.linear(x, a);           // (..., in) · (in, r) → (..., r)
        return scale * nn.functional.linear(low, b);    // (..., r) · (r, out) → (..., out)
    }

    /// <summary>W + (α / r) B A, (out, in).</summary>
    /// <param name="weight">W (out, in).</param>
    /// <param name="a">A (r, in).</param>
    /// <param name="b">B (out, r).</param>
    /// <param name="scale">α / r.</param>
    public static Tensor Merge(Tensor weight, Tensor a, Tensor b, double scale) => weight + scale * b.matmul(a);

    /// <summary>
    /// A's start: uniform on ±1/√in, the Kaiming rule with a = √5 of the reference implementation. B starts at 0, so W' = W.
    /// </summary>
    /// <returns>A (r, in).</returns>
    public static Tensor InitialA(long rank, long columns, Generator generator)
    {
        var bound = 1 / Math.Sqrt(columns);
        return (rand(rank, columns, generator: generator) * 2 - 1) * bound;
    }
}
