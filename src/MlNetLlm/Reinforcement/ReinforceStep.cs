using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Reinforcement;

/// <summary>One batch of an iteration: answer, grade, and the loss whose gradient makes right answers likelier.</summary>
internal sealed class ReinforceStep(
    TransformerModel module, TransformerModel reference, IReadOnlyList<Parameter> parameters, RolloutPolicy policy, PromptRows rows,
    IReward reward, ReinforceOptions options, RandomStreams streams, IterationLog log, Func<(double Min, double Max)>? multipliers,
    CancellationToken cancellation)
{
    // Tokens of a pass, padding included: few enough that a layer's activations stay near the processor.
    private const int TokensAtOnce = 1024;

    /// <summary>The loss summed over the answers to a batch's prompts, as a scalar with a graph.</summary>
    /// <param name="batch">Numbers of rows, (batch, 1).</param>
    public Tensor Loss(TokenBatch batch)
    {
        PromptRow[] prompts = [.. batch.Tokens.cpu().data<long>().Select(row => rows[(int)row])];
        var answers = Answers(prompts);
        bool[] right = [.. prompts.Zip(answers, (prompt, answer) => reward.IsRight(prompt.Prompt, answer.Text, prompt.Reference))];
        double[] rewards = [.. right.Select(isRight => isRight ? options.RewardRight : options.RewardWrong)];
        var (loss, sums) = Loss(answers, rewards, batch.Tokens.device);
        log.Add(new BatchOutcome(
            answers.Count, rewards.Sum(), right.Count(isRight => isRight), answers.Sum(answer => (long)answer.Answer.Count),
            answers.Count(answer => answer.HasEnded), sums, HasKl));
        return loss;
    }

    private bool HasKl => options.MeasureKl || options.KlWeight > 0;

    private IReadOnlyList<Rollout> Answers(PromptRow[] prompts)
    {
        policy.Update();
        log.Multipliers ??= multipliers?.Invoke();           // validation may have updated the policy already
        var stream = streams[RandomStreams.Sampling];
        long[] seeds = [.. prompts.Select(_ => stream.NextSeed())];
        return policy.Writer.Write(
            [.. prompts.Select(prompt => prompt.Tokens)], seeds, options.MaxAnswerTokens, options.Temperature, cancellation);
    }

    /// <remarks>
    /// Answers of like length go together and their gradients are taken at once, so that little is spent on padding and the graph of one
    /// group alone is ever held. The result is L + Σ (p - p°) · dL/dp with ° the value without a graph: exactly L, with its gradient.
    /// </remarks>
    private (Tensor Loss, PolicySums Sums) Loss(IReadOnlyList<Rollout> answers, double[] rewards, Device device)
    {
        var baseline = options.BatchMeanBaseline ? rewards.Average() : 0;
        var slopes = parameters.Select(parameter => zeros_like(parameter)).ToList();
        var (value, sums) = (0.0, new PolicySums(0, 0, 0));
        foreach (var group in AnswerBatch.Groups(answers, TokensAtOnce))
        {
            using var scope = NewDisposeScope();
            var (loss, seen) = Loss(
                [.. group.Select(row => answers[row])], [.. group.Select(row => (float)(rewards[row] - baseline))], device);
            foreach (var (slope, gradient) in slopes.Zip(autograd.grad([loss], [.. parameters]))) slope.add_(gradient);
            value += loss.ToDouble();
            sums = new PolicySums(sums.Kl + seen.Kl, sums.Entropy + seen.Entropy, sums.Places + seen.Places);
        }
        var change = parameters.Zip(slopes, (parameter, slope) => ((parameter - parameter.detach()) * slope).sum());
        return (change.Aggregate((sum, part) => sum + part) + value, sums);
    }

    private (Tensor Loss, PolicySums Sums) Loss(IReadOnlyList<Rollout> answers, float[] advantages, Device device)
    {
        using var batch = AnswerBatch.Of(answers, options.LearnEndToken);
        var (tokens, targets) = (batch.Tokens.to(device), batch.Targets.to(device));                        // (rows, time)
        Tensor? baseHidden = null;
        if (HasKl)
        {
            using var plain = no_grad();
            baseHidden = reference.Hidden(tokens);                                                          // (rows, time, width)
        }
        return ReinforceMath.Loss(
            module.Head, module.Hidden(tokens), baseHidden, targets, tensor(advantages, device: device), module.Config.VocabularySize,
            options.KlWeight, options.KlDirection);
    }
}
