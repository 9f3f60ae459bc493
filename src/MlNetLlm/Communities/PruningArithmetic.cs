namespace MlNetLlm.Communities;

/// <summary>The sizes that decide how many weights structured pruning leaves of a Llama model with as many key as query heads.</summary>
/// <param name="Vocabulary">Number of tokens; embedding and head are separate.</param>
/// <param name="Width">Hidden width.</param>
/// <param name="Layers">Number of layers.</param>
/// <param name="HeadWidth">Width of one head.</param>
/// <param name="FeedForwardWidth">Width between gate/up and down.</param>
public sealed record PruningArithmetic(long Vocabulary, long Width, long Layers, long HeadWidth, long FeedForwardWidth)
{
    /// <summary>Llama 7B: 32 layers, width 4,096, 32 heads, feed-forward width 11,008, 32,000 tokens.</summary>
    public static PruningArithmetic Llama7B { get; } = new(32_000, 4_096, 32, 128, 11_008);

    /// <summary>
    /// Number of weights of the whole model: two embeddings, the final norm, and per layer four attention matrices, three of the MLP,
    /// two norms.
    /// </summary>
    public long Parameters => Count(Width);

    /// <summary>How many of a number of channels go at a ratio: n − ⌊n (1 − ρ)⌋.</summary>
    /// <param name="channels">n.</param>
    /// <param name="ratio">ρ, 0 … 1.</param>
    public static long Removed(long channels, double ratio)
    {
        if (!(ratio is >= 0 and < 1))
            throw new ArgumentException($"The pruning ratio is {ratio}; it lies in 0 ≤ ratio < 1.", nameof(ratio));
        return channels - (long)(channels * (1 - ratio));
    }

    /// <summary>
    /// Share of every attention matrix and of every MLP matrix that block-wise pruning leaves: one number each, in every layer.
    /// </summary>
    /// <param name="ratio">ρ.</param>
    public (double Attention, double FeedForward) BlockRetained(double ratio) => (
        1 - (double)(RemovedHeads(ratio) * HeadWidth) / Width, 1 - (double)Removed(FeedForwardWidth, ratio) / FeedForwardWidth);

    /// <summary>Number of weights after block-wise pruning: whole heads and MLP channels go from some layers.</summary>
    /// <param name="ratio">ρ.</param>
    /// <param name="prunedLayers">Number of layers it applies to; the published runs prune layers 3 … 30, which are 28.</param>
    public long AfterBlock(double ratio, long prunedLayers)
        => Parameters - prunedLayers * (4 * Width * RemovedHeads(ratio) * HeadWidth + 3 * Width * Removed(FeedForwardWidth, ratio));

    /// <summary>
    /// Number of weights after channel-wise pruning: dimensions of the residual stream go from every matrix, norm and embedding.
    /// </summary>
    /// <param name="ratio">ρ.</param>
    public long AfterChannel(double ratio) => Count(Width - Removed(Width, ratio));

    private long RemovedHeads(double ratio) => Removed(Width, ratio) / HeadWidth;

    /// <summary>Number of weights with a residual stream of some width; the inner widths of attention and MLP stay.</summary>
    private long Count(long stream) => stream * (2 * Vocabulary + Layers * (4 * Width + 3 * FeedForwardWidth + 2) + 1);
}
