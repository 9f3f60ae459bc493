using MlNetLlm.Data;
using MlNetLlm.Rewards;

namespace MlNetLlm.Reinforcement;

/// <summary>
/// Which prompts an iteration answers, as batches of the loop: a batch's tokens are the numbers of its rows, (batch, 1), as there is
/// nothing to read before the policy has written it. What counts is an answer.
/// </summary>
/// <remarks>Epochs follow each other without a gap, each in a random order of its own: rows are drawn without replacement.</remarks>
internal sealed class PromptBatches(PromptRows rows, IReward reward, ReinforceOptions options) : IBatchSource
{
    private readonly BatchOrder _order = new(rows.Count, options.BatchSize, options.Seed, length: null);

    /// <inheritdoc/>
    public long Position { get; set; }

    /// <inheritdoc/>
    public double TokensPerBatch => options.BatchSize;

    /// <inheritdoc/>
    public string Fingerprint => $"{rows.Fingerprint}/{reward}";

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        long[] numbers = [.. _order.Batch(Position++).Select(row => (long)row)];
        return TokenBatch.Of(numbers, new long[numbers.Length], numbers.Length);
    }
}
