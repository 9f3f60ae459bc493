using System.Text;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Scoring;

/// <summary>
/// The likelihood of texts under a model. A text longer than the model's context is scored in consecutive windows, each of which starts
/// with the last token of the one before: every token is scored exactly once.
/// </summary>
internal static class TextScorer
{
    private sealed record Window(int Row, int[] Tokens, int[] Targets);

    /// <summary>Scores prompts alone (completion null) or completions given their prompts, one result a row.</summary>
    /// <exception cref="ArgumentException">A prompt with its completion is longer than the context.</exception>
    public static IReadOnlyList<TextScore> Score(LanguageModel model, IReadOnlyList<ScoredText> rows, int batchTokens)
    {
        var windows = rows.SelectMany((row, i) => Windows(model, i, row.Text, row.Completion)).ToList();
        var sums = new double[rows.Count];
        var tokens = new int[rows.Count];
        foreach (var batch in Batches(windows, batchTokens))
        {
            WorkStop.Token.ThrowIfCancellationRequested();
            Add(model.Module, batch, sums, tokens);
        }
        return [.. rows.Select((row, i) => new TextScore(sums[i], tokens[i], Encoding.UTF8.GetByteCount(row.Completion ?? row.Text)))];
    }

    private static IEnumerable<Window> Windows(LanguageModel model, int row, string text, string? completion)
    {
        var context = model.Config.ContextLength;
        var (tokens, prompt) = Sequence(model, text, completion);
        if (completion is not null && tokens.Length - 1 > context)
        {
            throw new ArgumentException(
                $"A prompt of {prompt} tokens with its completion makes {tokens.Length - 1}; the model's context is {context}. "
                + "Shorten the prompt, or score the text as a whole.");
        }
        for (var start = 0; start < tokens.Length - 1; start += context)
        {
            var length = Math.Min(context, tokens.Length - 1 - start);
            var targets = tokens.AsSpan(start + 1, length).ToArray();
            for (var i = 0; i < length && start + 1 + i < prompt; i++) targets[i] = (int)TokenBatch.Ignored;
            yield return new Window(row, tokens.AsSpan(start, length).ToArray(), targets);
        }
    }

    // The tokens as in training: a separator first, and after a completion the end token, which is part of it.
    private static (int[] Tokens, int Prompt) Sequence(LanguageModel model, string text, string? completion)
    {
        if (completion is not null) return PromptAndCompletion.Join(model.Tokenizer, model.Special, text, completion);
        var ids = model.Tokenizer.EncodeToIds(text);
        return (model.Special.Bos ?? model.Special.Eos) is { } separator ? ([separator, .. ids], 1) : ([.. ids], 1);
    }

    // Windows of similar length together, so that little is spent on padding.
    private static IEnumerable<List<Window>> Batches(List<Window> windows, int batchTokens)
    {
        var batch = new List<Window>();
        foreach (var window in windows.OrderBy(w => w.Tokens.Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * window.Tokens.Length > batchTokens)
            {
                yield return batch;
                batch = [];
            }
            batch.Add(window);
        }
        if (batch.Count > 0) yield return batch;
    }

    private static void Add(TransformerModel module, List<Window> batch, double[] sums, int[] tokens)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (rows, time) = (batch.Count, batch[^1].Tokens.Length);
        var inputs = new long[rows * time];
        var targets = new long[rows * time];
        Array.Fill(targets, TokenBatch.Ignored);
        for (var r = 0; r < rows; r++)
        {
            for (var t = 0; t < batch[r].Tokens.Length; t++)
            {
                inputs[r * time + t] = batch[r].Tokens[t];
                targets[r * time + t] = batch[r].Targets[t];
            }
        }
        // Padding stands at the end, where a causal model's earlier positions cannot see it.
        using var on = TokenBatch.Of(inputs, targets, rows).To(module.TokenEmbedding.device);
        var losses = Objectives.NegativeLogLikelihood(module.Head, module.Hidden(on.Tokens), on.Targets,
            module.Config.VocabularySize);   // (rows, time)
        var values = losses.to(float64).sum(1).cpu().data<double>()
            .ToArray();                                                           // (rows)
        for (var r = 0; r < rows; r++)
        {
            sums[batch[r].Row] += values[r];
            tokens[batch[r].Row] += batch[r].Targets.Count(t => t != TokenBatch.Ignored);
        }
    }
}
