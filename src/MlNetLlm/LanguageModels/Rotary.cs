using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Rotary positions (Su et al. 2021). Pair i of a head at position t turns by the angle θ = t · b^(−2i/r):
/// (x₁, x₂) → (x₁ cos θ − x₂ sin θ, x₂ cos θ + x₁ sin θ). Written for the whole head at once as
/// x ⊙ cos + swap(x) ⊙ sin, where swap exchanges the partners of each pair and sin carries the sign.
/// </summary>
internal static class RotaryMath
{
    /// <summary>cos and signed sin for positions 0 to <paramref name="length"/> − 1, each (length, r), computed in float64.</summary>
    internal static (double[] Cos, double[] Sin) Table(int length, int rotaryWidth, double rotaryBase, RotaryLayout layout)
    {
        var (cos, sin) = (new double[length * (long)rotaryWidth], new double[length * (long)rotaryWidth]);
        var half = rotaryWidth / 2;
        for (var i = 0; i < half; i++)
        {
            var frequency = Math.Pow(rotaryBase, -2.0 * i / rotaryWidth);
            var (first, second) = layout == RotaryLayout.Halves ? (i, i + half) : (2 * i, 2 * i + 1);
            for (var t = 0; t < length; t++)
            {
                var row = t * (long)rotaryWidth;
                cos[row + first] = cos[row + second] = Math.Cos(t * frequency);
                sin[row + second] = Math.Sin(t * frequency);
                sin[row + first] = -sin[row + second];
            }
        }
        return (cos, sin);
    }

    /// <summary>Turns the first r components of each head.</summary>
    /// <param name="x">(batch, time, heads, width).</param>
    /// <param name="cos">(time, 1, r) or (batch, time, 1, r).</param>
    /// <param name="sin">As <paramref name="cos"/>, signed.</param>
    /// <param name="layout">Which components form a pair.</param>
    internal static Tensor Rotate(Tensor x, Tensor cos, Tensor sin, RotaryLayout layout)
    {
        using var scope = NewDisposeScope();
        var (width, r) = (x.size(3), cos.size((int)cos.dim() - 1));
        var turning = r == width ? x : x.narrow(3, 0, r);                    // (batch, time, heads, r)
        var turned  = (turning * cos).addcmul_(Swap(turning, layout), sin, 1);    // (batch, time, heads, r)
        var result  = r == width ? turned : cat([turned, x.narrow(3, r, width - r)], 3);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Swap(Tensor x, RotaryLayout layout)
    {
        var (shape, r) = (x.shape, x.size(3));
        return layout == RotaryLayout.Halves
            ? x.roll(r / 2, 3)                                                              // (x₂, x₁)
            : x.reshape(shape[0], shape[1], shape[2], r / 2, 2).flip(4).view(shape);        // (x₂, x₁) in each pair
    }
}
