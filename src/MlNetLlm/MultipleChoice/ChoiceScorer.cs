using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.MultipleChoice;

/// <summary>
/// The likelihood of each choice of each question. What a question's choices share, its prompt, is computed once and kept; only the last
/// prompt token and the continuations are computed for every choice.
/// </summary>
internal static class ChoiceScorer
{
    /// <summary>One result a question, in the same order.</summary>
    /// <exception cref="ArgumentException">Prompt and choice have fewer than two tokens together.</exception>
    /// <exception cref="InvalidOperationException">A likelihood is not a number.</exception>
    public static IReadOnlyList<ChoiceLikelihoods> Score(LanguageModel model, IReadOnlyList<ChoiceQuestion> questions, int batchTokens)
    {
        var sequences = questions.Select(question => new ChoiceSequences(model, question)).ToList();
        var results = new ChoiceLikelihoods[questions.Count];
        foreach (var batch in Batches(sequences, batchTokens, model.Config.ContextLength))
        {
            WorkStop.Token.ThrowIfCancellationRequested();
            var values = Run(model.Module, [.. batch.Select(i => sequences[i])]);
            var at = 0;
            foreach (var i in batch)
            {
                results[i] = new ChoiceLikelihoods(values[at..(at + sequences[i].Count)], sequences[i].CutTokens);
                at += sequences[i].Count;
            }
        }
        return results;
    }

    // Questions with prompts of similar length together; all with shared tokens, or all without.
    private static IEnumerable<List<int>> Batches(List<ChoiceSequences> questions, int batchTokens, int context)
    {
        var batch = new List<int>();
        var (prefix, rest, rows) = (0, 0, 0);
        foreach (var i in Enumerable.Range(0, questions.Count).OrderBy(i => questions[i].Shared).ThenBy(i => questions[i].LongestRest))
        {
            var question = questions[i];
            var (newPrefix, newRest, newRows) = (question.Shared, Math.Max(rest, question.LongestRest), rows + question.Count);
            var full = newPrefix + newRest > context || newRows * (newPrefix + newRest) > batchTokens || (prefix == 0) != (newPrefix == 0);
            if (batch.Count > 0 && full)
            {
                yield return batch;
                (batch, newRest, newRows) = ([], question.LongestRest, question.Count);
            }
            batch.Add(i);
            (prefix, rest, rows) = (newPrefix, newRest, newRows);
        }
        if (batch.Count > 0) yield return batch;
    }

    private static double[] Run(TransformerModel module, IReadOnlyList<ChoiceSequences> questions)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var device = module.TokenEmbedding.device;
        using var cache = questions[0].Shared == 0 ? null : Prefixes(module, questions, device);
        var rows = questions.SelectMany(q => Enumerable.Range(0, q.Count).Select(choice => (Question: q, Choice: choice))).ToList();
        var time = questions.Max(q => q.LongestRest);
        var inputs = new long[rows.Count * time];
        var targets = new long[rows.Count * time];
        var lengths = new long[rows.Count];
        Array.Fill(targets, TokenBatch.Ignored);
        for (var r = 0; r < rows.Count; r++)
        {
            var rest = rows[r].Question.Rest(rows[r].Choice);
            lengths[r] = rest.Length;
            for (var t = 0; t < rest.Length; t++) inputs[r * time + t] = rest[t];
            rows[r].Question.Targets(rows[r].Choice).CopyTo(targets, r * time);
        }
        var options = new ForwardOptions { Cache = cache, Lengths = tensor(lengths, device: device) };
        var hidden = module.Hidden(tensor(inputs, [rows.Count, time], device: device), options);   // (rows, time, width)
        var wanted = tensor(targets, [rows.Count, time], device: device);
        var losses = Objectives.NegativeLogLikelihood(module.Head, hidden, wanted, module.Config.VocabularySize);   // (rows, time)
        var sums = (-losses.to(float64).sum(1)).cpu().data<double>().ToArray();                                     // (rows)
        var bad = Array.FindIndex(sums, value => !double.IsFinite(value));
        return bad < 0
            ? sums
            : throw new InvalidOperationException($"The log-likelihood of a choice is {sums[bad]}: the model's weights are broken.");
    }

    /// <summary>Computes each question's shared tokens once and repeats the result for each of its choices.</summary>
    private static KvCache Prefixes(TransformerModel module, IReadOnlyList<ChoiceSequences> questions, Device device)
    {
        var time = questions.Max(q => q.Shared);
        var inputs = new long[questions.Count * time];
        for (var q = 0; q < questions.Count; q++)
            for (var t = 0; t < questions[q].Shared; t++) inputs[q * time + t] = questions[q].Prefix[t];
        var cache = new KvCache(module, questions.Count, time + questions.Max(q => q.LongestRest));
        var lengths = tensor(questions.Select(q => (long)q.Shared).ToArray(), device: device);
        module.Hidden(tensor(inputs, [questions.Count, time], device: device), new ForwardOptions { Cache = cache, Lengths = lengths });
        cache.Keep([.. questions.SelectMany((question, row) => Enumerable.Repeat(row, question.Count))]);
        return cache;
    }
}
