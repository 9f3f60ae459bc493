namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Sizes of an attention whose queries stand at the places of its keys, or at every second one of them, and so on.</summary>
/// <param name="Batch">Rows.</param>
/// <param name="Time">Queries a row.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads, a divisor of the query heads.</param>
/// <param name="HeadWidth">d.</param>
/// <param name="Causal">Whether a query sees the keys up to its own place only, not all.</param>
/// <param name="Stride">Keys a query, 1 unless causal: query i stands at the last of keys Stride · i to Stride · i + Stride − 1.</param>
internal readonly record struct AttentionShape(
    int Batch, int Time, int Heads, int KeyHeads, int HeadWidth, bool Causal, int Stride = 1)
{
    internal const int Block = Managed.VectorMath.Lanes;

    /// <summary>Independent parts: a row's key head with its query heads.</summary>
    internal int Tasks => Batch * KeyHeads;

    internal int Group => Heads / KeyHeads;

    /// <summary>The sizes of keys and values.</summary>
    internal AttentionShape OfKeys => this with { Time = Time * Stride, Stride = 1 };

    /// <summary>Queries with padding, a multiple of the block.</summary>
    internal int PaddedTime => Padded(Time);

    /// <summary>Components with padding, a multiple of the block.</summary>
    internal int PaddedWidth => Padded(HeadWidth);

    internal float Scale => (float)(1 / Math.Sqrt(HeadWidth));

    /// <summary>How many keys, in whole blocks, the block of queries at a place sees some of.</summary>
    internal int Seen(int block) => Causal ? Math.Min(Stride * (block + Block), PaddedKeys) : PaddedTime;

    /// <summary>The last key that a query sees; queries that are padding see what they may.</summary>
    internal int Last(int query) => Causal ? Math.Min(Stride * (query + 1), PaddedKeys) - 1 : Time - 1;

    private int PaddedKeys => Padded(Time * Stride);

    private static int Padded(int count) => (count + Block - 1) / Block * Block;
}
