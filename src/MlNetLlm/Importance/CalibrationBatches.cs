using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using TorchSharp;

namespace MlNetLlm.Importance;

/// <summary>Labelled questions as batches of tokens, rows of like length together.</summary>
internal static class CalibrationBatches
{
    /// <summary>Makes the batches.</summary>
    /// <param name="model">Gives the tokenizer, the begin token and the context length, beyond which a prompt is cut at its start.</param>
    /// <param name="rows">The questions.</param>
    /// <param name="options">Which tokens count, and how many make a batch.</param>
    /// <returns>Batches on the CPU, made on demand; the caller disposes of each.</returns>
    public static IEnumerable<TokenBatch> Of(LanguageModel model, IReadOnlyList<LabelledQuestion> rows, CalibrationOptions options)
    {
        var sequences = rows
            .Select(row => new ChoiceSequences(model, row.Question with { Continuations = [row.Text] }))
            .Select(sequence => (Tokens: (int[])[.. sequence.Prefix, .. sequence.Rest(0)], Answer: sequence.Targets(0)))
            .OrderBy(sequence => sequence.Tokens.Length).ToList();
        for (var (from, count) = (0, 0); from < sequences.Count; from += count)
        {
            for (count = 1; from + count < sequences.Count && (count + 1) * sequences[from + count].Tokens.Length <= options.BatchTokens;)
                count++;
            yield return Batch([.. sequences.Skip(from).Take(count)], options.Loss);
        }
    }

    private static TokenBatch Batch((int[] Tokens, long[] Answer)[] rows, CalibrationLoss loss)
    {
        var time = rows.Max(row => row.Tokens.Length);
        var (tokens, targets) = (new long[rows.Length * time], new long[rows.Length * time]);
        Array.Fill(targets, TokenBatch.Ignored);
        for (var r = 0; r < rows.Length; r++)
        {
            var (read, answer) = rows[r];
            for (var t = 0; t < read.Length; t++) tokens[r * time + t] = read[t];
            for (var t = 0; t + 1 < read.Length && loss == CalibrationLoss.WholeRow; t++) targets[r * time + t] = read[t + 1];
            for (var t = 0; t < answer.Length; t++)
                if (answer[t] != TokenBatch.Ignored) targets[r * time + read.Length - answer.Length + t] = answer[t];
        }
        long[] lengths = [.. rows.Select(row => (long)row.Tokens.Length)];
        return TokenBatch.Of(tokens, targets, rows.Length) with { Lengths = torch.tensor(lengths) };
    }
}
