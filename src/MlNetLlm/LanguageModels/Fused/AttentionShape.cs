namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Sizes of an attention whose queries and keys stand at the same places.</summary>
/// <param name="Batch">Rows.</param>
/// <param name="Time">Tokens a row.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads, a divisor of the query heads.</param>
/// <param name="HeadWidth">d.</param>
internal readonly record struct AttentionShape(int Batch, int Time, int Heads, int KeyHeads, int HeadWidth)
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

    private static int Padded(int count) => (count + Block - 1) / Block * Block;
}
