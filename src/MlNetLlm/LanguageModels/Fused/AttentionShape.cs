namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Sizes of an attention whose queries and keys stand at the same places.</summary>
/// <param name="Batch">Rows.</param>
/// <param name="Time">Tokens a row.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads, a divisor of the query heads.</param>
/// <param name="HeadWidth">d.</param>
/// <param name="Causal">Whether a query sees the keys up to its own place only, not all.</param>
internal readonly record struct AttentionShape(int Batch, int Time, int Heads, int KeyHeads, int HeadWidth, bool Causal)
{
    internal const int Block = Managed.VectorMath.Lanes;

    /// <summary>Independent parts: a row's key head with its query heads.</summary>
    internal int Tasks => Batch * KeyHeads;

    internal int Group => Heads / KeyHeads;

    /// <summary>Tokens with padding, a multiple of the block.</summary>
    internal int PaddedTime => Padded(Time);

    /// <summary>Components with padding, a multiple of the block.</summary>
    internal int PaddedWidth => Padded(HeadWidth);

    internal float Scale => (float)(1 / Math.Sqrt(HeadWidth));

    /// <summary>How many keys, in whole blocks, the block of queries at a place sees some of.</summary>
    internal int Seen(int block) => Causal ? block + Block : PaddedTime;

    /// <summary>The last key of the last such block that row r of the queries sees, by its place in that block.</summary>
    internal int LastLane(int r) => Causal ? r : Time - 1 - (PaddedTime - Block);

    private static int Padded(int count) => (count + Block - 1) / Block * Block;
}
