using Microsoft.ML.SearchSpace;
using MlNetLlm.Adapters;
using MlNetLlm.Training;

namespace MlNetLlm.Reinforcement;

/// <summary>
/// Options of learning by reinforcement, whatever adapter learns: REINFORCE on the task's own verdict with a divergence from the base model
/// (Sun, Cetin and Tang, Transformer², ICLR 2025, equation 1 and Table 6). TextColumn holds the prompts, CompletionColumn what is right.
/// </summary>
/// <remarks>
/// An iteration answers a batch of prompts, grades the answers and takes one optimiser step. It differs from next-token training in some
/// defaults, which are the released code's: BatchSize 64, MaxSteps 200, ClipNorm 0.001 (with Adam this normalises each step, it is no
/// small learning rate), Schedule Constant, Beta2 0.999. What the training counts are answers, not tokens; MaxTokens cannot be set.
/// Validation answers greedily, and its loss is the share of wrong answers.
/// </remarks>
public abstract record ReinforceOptions : AdapterOptions
{
    /// <summary>Sets what differs from next-token training.</summary>
    protected ReinforceOptions()
    {
        (TextColumn, CompletionColumn) = ("Prompt", "Answer");
        (BatchSize, MaxSteps, ClipNorm, Schedule, Beta2) = (64, 200, 1e-3, Schedule.Constant, 0.999);
    }

    /// <summary>What a right answer earns; above <see cref="RewardWrong"/>.</summary>
    /// <value>1.</value>
    public double RewardRight { get; init; } = 1;

    /// <summary>What a wrong answer earns.</summary>
    /// <value>-1; the paper's vision runs take -0.1, as pushing long answers down has no bound.</value>
    [Choice(-1.0, -0.1)]
    public double RewardWrong { get; init; } = -1;

    /// <summary>λ, the weight of the divergence from the base model, summed over an answer's tokens; 0 or more.</summary>
    /// <value>0; the paper chooses among 0, 0.1, 0.2 and 0.3.</value>
    [Choice(0.0, 0.1, 0.2, 0.3)]
    public double KlWeight { get; init; }

    /// <summary>The direction of the divergence.</summary>
    /// <value><see cref="KlDirection.PolicyToReference"/>, the paper's.</value>
    public KlDirection KlDirection { get; init; } = KlDirection.PolicyToReference;

    /// <summary>
    /// Temperature of the answers that are learnt from; 0 or more. 0 is greedy, as in the released code: the gradient is then biased. Only
    /// 1 samples from the policy that the log-probabilities are of.
    /// </summary>
    /// <value>1.</value>
    [Choice(1.0, 0.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Whether the mean reward of the batch is taken off each reward.</summary>
    /// <value>false, as in the paper.</value>
    [BooleanChoice]
    public bool BatchMeanBaseline { get; init; }

    /// <summary>
    /// Whether the end token counts in an answer's log-probability. Without it, as in the released code, answers never learn where to stop.
    /// </summary>
    /// <value>true.</value>
    public bool LearnEndToken { get; init; } = true;

    /// <summary>Most tokens of an answer, the end token included; 1 or more, and room for it is kept within SequenceLength.</summary>
    /// <value>64.</value>
    public int MaxAnswerTokens { get; init; } = 64;

    /// <summary>Whether the divergence is measured when <see cref="KlWeight"/> is 0 too; it costs a pass through the base model.</summary>
    /// <value>true.</value>
    public bool MeasureKl { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (TokenColumns is not null) yield return "TokenColumns is set; answers are graded as text: expected null.";
        if (MaxTokens != 0)
            yield return $"MaxTokens is {MaxTokens}; how long answers get is not known ahead: expected 0, with MaxSteps set.";
        if (!double.IsFinite(RewardRight)) yield return $"RewardRight is {RewardRight}; expected a finite number.";
        if (!(RewardWrong < RewardRight && double.IsFinite(RewardWrong)))
            yield return $"RewardWrong is {RewardWrong}; expected below RewardRight ({RewardRight}).";
        if (!(KlWeight >= 0 && double.IsFinite(KlWeight))) yield return $"KlWeight is {KlWeight}; expected 0 or more.";
        if (!Enum.IsDefined(KlDirection))
            yield return $"KlDirection is {KlDirection}; expected {string.Join(", ", Enum.GetNames<KlDirection>())}.";
        if (!(Temperature >= 0 && double.IsFinite(Temperature))) yield return $"Temperature is {Temperature}; expected 0 or more.";
        if (MaxAnswerTokens < 1) yield return $"MaxAnswerTokens is {MaxAnswerTokens}; expected 1 or more.";
        if (MaxAnswerTokens >= SequenceLength)
            yield return $"MaxAnswerTokens is {MaxAnswerTokens} and SequenceLength {SequenceLength}; expected room for a prompt beside it.";
    }
}
