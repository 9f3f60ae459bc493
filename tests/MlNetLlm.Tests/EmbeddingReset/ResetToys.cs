using Microsoft.ML;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.EmbeddingReset;

/// <summary>A masked toy language of eight letters with padding, begin and mask symbols, and short runs on it.</summary>
internal static class ResetToys
{
    private const string Letters = "abcdefgh";

    public static SpecialTokens Special { get; } = new() { Pad = 0, Bos = 1, Mask = 2 };

    public static TransformerConfig Masked { get; } = ToyModels.Roberta with { ContextLength = 24 };

    public static PretrainOptions Options { get; } = new()
    {
        MaxSteps = 12, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01, ClipNorm = 0.5, WeightDecay = 0.01, Beta2 = 0.98,
        Epsilon = 1e-6, WarmupSteps = 2, WarmupFromZero = true, Schedule = Schedule.Linear, FinalLearningRateShare = 0,
    };

    /// <summary>The letters in the order given, behind the special tokens: another order is another language.</summary>
    public static VocabularyTokenizer Tokenizer(string letters = Letters) => new(
        ["<pad>", "<bos>", "<mask>", .. letters.Select(letter => letter.ToString())], TokenSeparator.None, Special);

    /// <summary>Eleven letters a row: two or three of a repeating pattern.</summary>
    public static IDataView Rows(int count = 40, int seed = 1)
    {
        var random = new Random(seed);
        return Toys.Rows([.. Enumerable.Range(0, count).Select(_ =>
        {
            var start = random.Next(Letters.Length);
            return string.Concat(Enumerable.Range(0, 11).Select(i => Letters[(start + i % 3) % Letters.Length]));
        })]);
    }

    public static ModelTransformer<LanguageModel> Pretrain(
        PretrainOptions options, TransformerConfig? config = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new PretrainEstimator(config ?? Masked, Tokenizer(), Special, options, progress, cancellation).Fit(Rows());

    /// <summary>Every weight by name, as bytes.</summary>
    public static Dictionary<string, byte[]> Weights(TransformerModel module) =>
        module.named_parameters().ToDictionary(item => item.name, item => item.parameter.detach().cpu().contiguous().bytes.ToArray());

    /// <summary>The names of the weights that two models do not share to the last bit.</summary>
    public static IEnumerable<string> Differences(TransformerModel a, TransformerModel b)
    {
        var (first, second) = (Weights(a), Weights(b));
        return first.Keys.Where(name => !first[name].AsSpan().SequenceEqual(second[name]));
    }

    public static float[] Table(TransformerModel module) => ToyModels.Values(module.TokenEmbedding);
}
