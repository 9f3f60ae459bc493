using MlNetLlm.Data;

namespace MlNetLlm.Reinforcement;

/// <summary>Answers side by side, as the model reads them again to give their probabilities.</summary>
internal static class AnswerBatch
{
    /// <summary>Groups answers by length, so that a group needs little padding and holds a bounded number of tokens.</summary>
    /// <param name="rollouts">The answers.</param>
    /// <param name="tokens">Most tokens of a group, padding included; a longer answer stands alone.</param>
    /// <returns>The answers' numbers, group by group, from the longest to the shortest.</returns>
    public static IEnumerable<IReadOnlyList<int>> Groups(IReadOnlyList<Rollout> rollouts, int tokens)
    {
        var order = Enumerable.Range(0, rollouts.Count).OrderByDescending(row => Places(rollouts[row])).ToList();   // a stable sort
        for (var from = 0; from < order.Count;)
        {
            var rows = Math.Clamp(tokens / Places(rollouts[order[from]]), 1, order.Count - from);
            yield return order.GetRange(from, rows);
            from += rows;
        }
    }

    /// <summary>
    /// Prompts and answers, padded on the right; targets are the answers' own ids, at the places before them. A causal model's places do
    /// not see what stands to their right, so the padding changes nothing.
    /// </summary>
    /// <param name="rollouts">The answers; at least one.</param>
    /// <param name="learnEndToken">Whether end tokens count.</param>
    public static TokenBatch Of(IReadOnlyList<Rollout> rollouts, bool learnEndToken)
    {
        var time = rollouts.Max(Places);
        var (tokens, targets) = (new long[rollouts.Count * time], new long[rollouts.Count * time]);
        Array.Fill(targets, TokenBatch.Ignored);
        for (var row = 0; row < rollouts.Count; row++)
        {
            var (prompt, answer, start) = (rollouts[row].Prompt, rollouts[row].Answer, row * time);
            for (var i = 0; i < prompt.Length; i++) tokens[start + i] = prompt[i];
            var counted = answer.Count - (rollouts[row].HasEnded && !learnEndToken ? 1 : 0);
            for (var i = 0; i < answer.Count; i++)
            {
                if (i < answer.Count - 1) tokens[start + prompt.Length + i] = answer[i];
                if (i < counted) targets[start + prompt.Length - 1 + i] = answer[i];
            }
        }
        return TokenBatch.Of(tokens, targets, rollouts.Count);
    }

    // The last token is predicted and not read.
    private static int Places(Rollout rollout) => Math.Max(1, rollout.Prompt.Length + rollout.Answer.Count - 1);
}
