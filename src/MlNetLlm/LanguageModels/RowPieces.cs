using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// A pass over a few rows of a batch at a time: rows do not see each other, and activations of few stay near the processor and are never
/// all held. For the CPU alone; a GPU wants them all at once.
/// </summary>
internal static class RowPieces
{
    /// <summary>Tokens of a piece for each thread, padding included; a piece has one row at least.</summary>
    internal const int TokensAThread = 512;

    /// <summary>Whether a pass asks for its final states alone, and for more of them than are computed at once.</summary>
    /// <param name="tokens">(batch, time).</param>
    /// <param name="options">The pass: no cache, activations, edits, targets, features or rows of layers.</param>
    /// <param name="dropout">Share of activations dropped: dropping draws numbers for the whole batch.</param>
    internal static bool Suit(Tensor tokens, ForwardOptions options, double dropout) =>
        tokens.size(0) > Rows(tokens) && tokens.device_type == DeviceType.CPU && !is_grad_enabled() && dropout == 0
        && options with { Lengths = null, Layers = null, Held = null, OwnTokenGradient = false } == ForwardOptions.None;

    /// <summary>The states of all rows, made piece by piece.</summary>
    /// <param name="tokens">(batch, time).</param>
    /// <param name="options">The pass.</param>
    /// <param name="pass">From rows and their options to their states (rows, time, width).</param>
    /// <returns>(batch, time, width).</returns>
    internal static Tensor Cat(Tensor tokens, ForwardOptions options, Func<Tensor, ForwardOptions, Tensor> pass)
    {
        using var outer = NewDisposeScope();
        Tensor? all = null;
        for (long from = 0, rows = Rows(tokens); from < tokens.size(0); from += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, tokens.size(0) - from);
            var states = pass(tokens.narrow(0, from, count), options with { Lengths = options.Lengths?.narrow(0, from, count) });
            all ??= empty([tokens.size(0), .. states.shape[1..]], states.dtype, states.device).MoveToOuterDisposeScope();
            all.narrow(0, from, count).copy_(states);
        }
        return all!.MoveToOuterDisposeScope();
    }

    private static long Rows(Tensor tokens) => Math.Max(1, (long)TokensAThread * get_num_threads() / tokens.size(1));
}
