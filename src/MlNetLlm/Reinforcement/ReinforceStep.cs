using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Reinforcement;

/// <summary>One batch of an iteration: answer, grade, and the loss whose gradient makes right answers likelier.</summary>
internal sealed class ReinforceStep(
    TransformerModel module, TransformerModel reference, RolloutPolicy policy, PromptRows rows, IReward reward, ReinforceOptions options,
    RandomStreams streams, IterationLog log, Func<(double Min, double Max)>? multipliers, CancellationToken cancellation)
{
    /// <summary>The loss summed over the answers to a batch's prompts, as a scalar with a graph.</summary>
    /// <param name="batch">Numbers of rows, (batch, 1).</param>
    public Tensor Loss(TokenBatch batch)
    {
        PromptRow[] prompts = [.. batch.Tokens.cpu().data<long>().Select(row => rows[(int)row])];
        if (Answers(prompts) is not { } answers) return tensor(float.NaN, requires_grad: true);
        bool[] right = [.. prompts.Zip(answers, (prompt, answer) => reward.IsRight(prompt.Prompt, answer.Text, prompt.Reference))];
        double[] rewards = [.. right.Select(isRight => isRight ? options.RewardRight : options.RewardWrong)];
        var (loss, sums) = Loss(answers, rewards, batch.Tokens.device);
        log.Add(new BatchOutcome(
            answers.Count, rewards.Sum(), right.Count(isRight => isRight), answers.Sum(answer => (long)answer.Answer.Count),
            answers.Count(answer => answer.HasEnded), sums, HasKl));
        return loss;
    }

    private bool HasKl => options.MeasureKl || options.KlWeight > 0;

    // Null where the policy gives no numbers to choose a token by; the loop then says where.
    private IReadOnlyList<Rollout>? Answers(PromptRow[] prompts)
    {
        if (policy.Update()) log.Multipliers = multipliers?.Invoke();
        var stream = streams[RandomStreams.Sampling];
        long[] seeds = [.. prompts.Select(_ => stream.NextSeed())];
        try
        {
            return policy.Writer.Write(
                [.. prompts.Select(prompt => prompt.Tokens)], seeds, options.MaxAnswerTokens, options.Temperature, cancellation);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private (Tensor Loss, PolicySums Sums) Loss(IReadOnlyList<Rollout> answers, double[] rewards, Device device)
    {
        using var batch = AnswerBatch.Of(answers, options.LearnEndToken);
        var (tokens, targets) = (batch.Tokens.to(device), batch.Targets.to(device));
        var baseline = options.BatchMeanBaseline ? rewards.Average() : 0;
        var advantages = tensor(rewards.Select(r => (float)(r - baseline)).ToArray(), device: device);      // (batch)
        Tensor? baseHidden = null;
        if (HasKl)
        {
            using var plain = no_grad();
            baseHidden = reference.Hidden(tokens);                                                          // (batch, time, width)
        }
        return ReinforceMath.Loss(
            module.Head, module.Hidden(tokens), baseHidden, targets, advantages, module.Config.VocabularySize, options.KlWeight,
            options.KlDirection);
    }
}
