using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Sequences of two elements a token: the token's own, and right behind it what was inserted.</summary>
internal static class Interleaving
{
    /// <summary>h₁, ĉ₁, h₂, ĉ₂, ….</summary>
    /// <param name="tokens">(batch, time, d).</param>
    /// <param name="inserted">(batch, time, d).</param>
    /// <returns>(batch, 2 time, d).</returns>
    internal static Tensor Interleave(Tensor tokens, Tensor inserted)
    {
        using var scope = NewDisposeScope();
        return stack([tokens, inserted], 2).view(tokens.size(0), 2 * tokens.size(1), tokens.size(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The inserted elements, which predict the next token: places 1, 3, 5, … of an interleaved sequence.</summary>
    /// <param name="interleaved">(batch, 2 time, d).</param>
    /// <returns>(batch, time, d).</returns>
    internal static Tensor InsertedSlots(Tensor interleaved) => Slots(interleaved, 1);

    /// <summary>The tokens' own elements: places 0, 2, 4, ….</summary>
    /// <param name="interleaved">(batch, 2 time, d).</param>
    /// <returns>(batch, time, d).</returns>
    internal static Tensor TokenSlots(Tensor interleaved) => Slots(interleaved, 0);

    /// <summary>The places, (batch, 2 time), that the pairs of tokens at positions (batch, time) take: 2 t and 2 t + 1.</summary>
    internal static Tensor Places(Tensor positions)
    {
        using var scope = NewDisposeScope();
        var first = positions * 2;
        return stack([first, first + 1], 2).view(positions.size(0), 2 * positions.size(1)).MoveToOuterDisposeScope();
    }

    private static Tensor Slots(Tensor interleaved, long which)
    {
        using var scope = NewDisposeScope();
        return interleaved.view(interleaved.size(0), interleaved.size(1) / 2, 2, interleaved.size(2)).select(2, which)
            .contiguous().MoveToOuterDisposeScope();
    }
}
