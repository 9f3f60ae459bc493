using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>A byte-pair tokenizer learned from a language's own text, with the ids that masked language models need.</summary>
internal static class TrainedTokenizer
{
    private static readonly string[] _roles = ["<pad>", "<bos>", "<mask>"];

    /// <summary>Ids with a role: padding, begin, mask.</summary>
    public static SpecialTokens Special { get; } = new() { Pad = 0, Bos = 1, Mask = 2 };

    /// <summary>Learns a vocabulary of at most so many entries.</summary>
    public static ByteLevelBpeTokenizer Learn(IEnumerable<string> texts, int vocabularySize, CancellationToken cancellation) =>
        BpeTrainer.Train(
            texts, new BpeTrainerOptions { VocabularySize = vocabularySize, SpecialTokens = _roles, MinimumCount = 2 }, cancellation);
}
