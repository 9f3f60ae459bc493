using System.Text;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Benchmarks;

/// <summary>Pre-training a masked model, learning new embeddings under its frozen body, and training a tokenizer.</summary>
internal static class MaskedWorkloads
{
    /// <summary>Bytes of text that a turn of <see cref="TrainTokenizer"/> reads.</summary>
    public const int TextBytes = 4 << 20;

    /// <summary>One step of the training loop; with a frozen body only the embeddings and the output bias are trained.</summary>
    public static void Train(string folder, bool frozenBody, Turns turns)
    {
        var (model, batch) = MaskedInputs.Read(folder);
        using var owned = model;
        var names = EmbeddingTables.Names(model);
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;
        TrainingSteps.Run(
            model, model.named_parameters().Where(p => !frozenBody || names.Contains(p.name)).Select(p => (p.name, p.parameter)), batch,
            b => Objectives.NextToken(model, model.Hidden(b.Tokens), b.Targets), turns);
    }

    /// <summary>Learns 8,000 tokens from 4 MiB of made-up words, whose frequencies fall as in natural text.</summary>
    public static void TrainTokenizer(Turns turns)
    {
        var text = Text();
        while (turns.Next())
            turns.Value = BpeTrainer.Train([text], new BpeTrainerOptions { VocabularySize = 8000 }).VocabularySize;
    }

    private static string Text()
    {
        var draws = new RandomStream(1, "text");
        var words = Enumerable.Range(0, 60_000)
            .Select(_ => string.Concat(Enumerable.Range(0, 2 + draws.Next(9)).Select(_ => (char)('a' + draws.Next(5) * draws.Next(6)))))
            .ToList();
        var text = new StringBuilder(TextBytes);
        while (text.Length < TextBytes)
            text.Append(words[(int)Math.Pow(words.Count, draws.NextDouble()) - 1]).Append(' ');   // rank r with a chance of about 1 / r
        return text.ToString(0, TextBytes);
    }
}
