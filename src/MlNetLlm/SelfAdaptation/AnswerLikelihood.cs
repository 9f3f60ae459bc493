using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.SelfAdaptation;

/// <summary>How likely a model holds answers, from the token ids it generated (text tokenised anew may give others).</summary>
internal static class AnswerLikelihood
{
    /// <summary>The mean of log p(token | what comes before it) over each row's answer, in nats.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Prompts and answers of at least one token each.</param>
    /// <param name="batchRows">Rows of a pass.</param>
    public static IReadOnlyList<double> PerToken(TransformerModel model, IReadOnlyList<GeneratedRow> rows, int batchRows) =>
        [.. rows.Chunk(batchRows).SelectMany(batch => Batch(model, batch))];

    private static double[] Batch(TransformerModel model, GeneratedRow[] rows)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var time = rows.Max(row => row.Prompt.Count + row.Added.Count) - 1;
        var (inputs, targets) = (new long[rows.Length * time], new long[rows.Length * time]);
        Array.Fill(targets, TokenBatch.Ignored);
        for (var r = 0; r < rows.Length; r++)
        {
            int[] all = [.. rows[r].Prompt, .. rows[r].Added];
            for (var t = 0; t + 1 < all.Length; t++)
            {
                inputs[r * time + t] = all[t];
                if (t + 1 >= rows[r].Prompt.Count) targets[r * time + t] = all[t + 1];
            }
        }
        var device = model.TokenEmbedding.device;
        var hidden = model.Hidden(tensor(inputs, [rows.Length, time], device: device));                       // (rows, time, width)
        var wanted = tensor(targets, [rows.Length, time], device: device);
        var losses = Objectives.NegativeLogLikelihood(model.Head, hidden, wanted, model.Config.VocabularySize);   // (rows, time)
        var sums = (-losses.to(float64).sum(1)).cpu().data<double>().ToArray();                               // (rows)
        return [.. sums.Zip(rows, (sum, row) => sum / row.Added.Count)];
    }
}
