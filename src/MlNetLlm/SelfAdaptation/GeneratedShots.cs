using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Scores a model by its answers to a few examples: the share a reward calls right, then the mean over its own right answers of their
/// log-likelihood a token (Transformer², appendix A.4). A token's mean rather than the sum, so that short answers are not preferred.
/// </summary>
public sealed class GeneratedShots : IMixObjective
{
    private readonly IReadOnlyList<FewShot> _shots;
    private readonly IReward _reward;
    private readonly GenerationOptions _options;

    /// <summary>Describes the task.</summary>
    /// <param name="shots">The examples; at least one.</param>
    /// <param name="reward">Says which answers are right.</param>
    /// <param name="options">How answers are generated; greedy by default.</param>
    public GeneratedShots(IReadOnlyList<FewShot> shots, IReward reward, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reward);
        if (shots.Count == 0) throw new ArgumentException("There is no example to score a model by.", nameof(shots));
        (_shots, _reward, _options) = (shots, reward, (options ?? new GenerationOptions()).Validated());
    }

    /// <inheritdoc/>
    public MixScore Score(LanguageModel model)
    {
        var rows = RowGenerator.Rows(model, [.. _shots.Select(shot => shot.Prompt)], _options);
        var right = rows.Zip(_shots).Where(pair => _reward.IsRight(pair.Second.Prompt, pair.First.Text, pair.Second.Reference))
            .Select(pair => pair.First).ToList();
        var likely = AnswerLikelihood.PerToken(model.Module, [.. right.Where(row => row.Added.Count > 0)], _options.BatchRows);
        return new MixScore(
            (double)right.Count / _shots.Count, likely.Count > 0 ? likely.Average() : double.NegativeInfinity);
    }
}
