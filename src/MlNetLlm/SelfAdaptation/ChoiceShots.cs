using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Scores a model by a few multiple-choice questions, without generating: the share whose right choice is the likeliest, then the mean
/// log-likelihood of those right choices.
/// </summary>
public sealed class ChoiceShots : IMixObjective
{
    private readonly IReadOnlyList<(ChoiceQuestion Question, int Right)> _shots;
    private readonly ChoiceNormalization _normalization;
    private readonly int _batchTokens;

    /// <summary>Describes the task.</summary>
    /// <param name="shots">Questions with the number of their right choice, from 0; at least one.</param>
    /// <param name="normalization">What likelihoods are divided by before choices are compared.</param>
    /// <param name="batchTokens">See <see cref="ScoreChoicesOptions.BatchTokens"/>.</param>
    /// <exception cref="ArgumentException">There is no question, or a right choice is not among a question's choices.</exception>
    public ChoiceShots(
        IReadOnlyList<(ChoiceQuestion Question, int Right)> shots, ChoiceNormalization normalization = ChoiceNormalization.None,
        int batchTokens = 2048)
    {
        if (shots.Count == 0) throw new ArgumentException("There is no question to score a model by.", nameof(shots));
        foreach (var (question, right) in shots)
            if (right < 0 || right >= question.Continuations.Count)
                throw new ArgumentException(
                    $"The right choice is number {right} of {question.Continuations.Count}: '{question.Prompt}'.", nameof(shots));
        (_shots, _normalization, _batchTokens) = (shots, normalization, batchTokens);
    }

    /// <inheritdoc/>
    public MixScore Score(LanguageModel model)
    {
        var scored = ChoiceScorer.Score(model, [.. _shots.Select(shot => shot.Question)], _batchTokens);
        var right = scored.Zip(_shots).Where(pair => Chosen(pair.First, pair.Second.Question) == pair.Second.Right)
            .Select(pair => pair.First.LogLikelihoods[pair.Second.Right]).ToList();
        return new MixScore(
            (double)right.Count / _shots.Count, right.Count > 0 ? right.Average() : double.NegativeInfinity);
    }

    private int Chosen(ChoiceLikelihoods likelihoods, ChoiceQuestion question) =>
        ChoiceMath.Best(ChoiceMath.Normalised(likelihoods.LogLikelihoods, question.Continuations, _normalization));
}
