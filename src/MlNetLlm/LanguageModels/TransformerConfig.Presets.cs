namespace MlNetLlm.LanguageModels;

public sealed partial record TransformerConfig
{
    /// <summary>RMSNorm, rotary positions, SwiGLU, no bias (Touvron et al. 2023).</summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Query heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    /// <param name="keyValueHeads">Key and value heads; null = as many as query heads.</param>
    /// <param name="feedForwardWidth">Hidden units; null = 8/3 of the width, rounded up to a multiple of 32.</param>
    public static TransformerConfig Llama(
        int vocabularySize,
        int width,
        int layers,
        int heads,
        int contextLength,
        int? keyValueHeads = null,
        int? feedForwardWidth = null) => new()
    {
        Architecture = "llama",
        VocabularySize = vocabularySize,
        Width = width,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyValueHeads ?? heads,
        HeadWidth = width / Math.Max(1, heads),
        RotaryWidth = width / Math.Max(1, heads),
        FeedForwardWidth = feedForwardWidth ?? (width * 8 / 3 + 31) / 32 * 32,
        ContextLength = contextLength,
        TiedHead = true,
    };

    /// <summary>
    /// LayerNorm, learned positions, tanh-GELU of four times the width, biases everywhere, tied head (Radford et al. 2019).
    /// </summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    public static TransformerConfig Gpt2(int vocabularySize, int width, int layers, int heads, int contextLength) => new()
    {
        Architecture = "gpt2",
        VocabularySize = vocabularySize,
        Width = width,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadWidth = width / Math.Max(1, heads),
        FeedForwardWidth = 4 * width,
        ContextLength = contextLength,
        Norm = NormKind.LayerNorm,
        Positions = PositionKind.Learned,
        FeedForward = FeedForwardKind.GeluTanh,
        QueryKeyValueBias = true,
        OutputBias = true,
        FeedForwardBias = true,
        TiedHead = true,
    };

    /// <summary>A <see cref="Llama"/> in which a token sees only the latest tokens (Jiang et al. 2023); head of its own.</summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Query heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    /// <param name="keyValueHeads">Key and value heads; null = as many as query heads.</param>
    /// <param name="slidingWindow">Tokens a token sees, itself included; null = all.</param>
    public static TransformerConfig Mistral(
        int vocabularySize,
        int width,
        int layers,
        int heads,
        int contextLength,
        int? keyValueHeads = null,
        int? slidingWindow = null) => Llama(vocabularySize, width, layers, heads, contextLength, keyValueHeads) with
    {
        Architecture = "mistral",
        SlidingWindow = slidingWindow,
        TiedHead = false,
    };

    /// <summary>A <see cref="Llama"/> whose query, key and value projections add a bias (Yang et al. 2024).</summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Query heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    /// <param name="keyValueHeads">Key and value heads; null = as many as query heads.</param>
    public static TransformerConfig Qwen2(
        int vocabularySize, int width, int layers, int heads, int contextLength, int? keyValueHeads = null) =>
        Llama(vocabularySize, width, layers, heads, contextLength, keyValueHeads) with
        {
            Architecture = "qwen2",
            NormEpsilon = 1e-6,
            RotaryBase = 1_000_000,
            QueryKeyValueBias = true,
        };

    /// <summary>
    /// Attention and feed-forward part side by side after one LayerNorm, rotary positions in adjacent pairs of the first components of
    /// a head, bias in the feed-forward part and the head only (Nijkamp et al. 2023).
    /// </summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    /// <param name="rotaryWidth">Rotated components of a head; null = 32, or the whole head where it is narrower.</param>
    public static TransformerConfig CodeGen(
        int vocabularySize, int width, int layers, int heads, int contextLength, int? rotaryWidth = null) =>
        Gpt2(vocabularySize, width, layers, heads, contextLength) with
        {
            Architecture = "codegen",
            Positions = PositionKind.Rotary,
            Rotary = RotaryLayout.AdjacentPairs,
            RotaryWidth = rotaryWidth ?? Math.Min(32, width / Math.Max(1, heads)),
            QueryKeyValueBias = false,
            OutputBias = false,
            HeadBias = true,
            TiedHead = false,
            ParallelBlock = true,
        };

    /// <summary>
    /// A masked language model that looks both ways: norms after the sums, positions counted from 2, a transformed tied head with bias
    /// (Liu et al. 2019).
    /// </summary>
    /// <param name="vocabularySize">Number of token ids.</param>
    /// <param name="width">Components of a hidden state.</param>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Heads a layer.</param>
    /// <param name="contextLength">Longest input in tokens.</param>
    public static TransformerConfig Roberta(int vocabularySize, int width, int layers, int heads, int contextLength) =>
        Gpt2(vocabularySize, width, layers, heads, contextLength) with
        {
            Architecture = "roberta",
            PositionOffset = 2,
            TokenTypes = 1,
            EmbeddingNorm = true,
            PostNorm = true,
            Causal = false,
            FeedForward = FeedForwardKind.Gelu,
            HeadTransform = true,
            HeadBias = true,
        };
}
