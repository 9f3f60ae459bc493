namespace MlNetLlm.Reinforcement;

/// <summary>
/// What one iteration saw. A collapse shows as a flat reward beside a rising divergence and a falling entropy; where all rewards of a batch
/// are equal, the verdicts tell nothing apart.
/// </summary>
/// <param name="Iteration">Its number, counted from 1.</param>
/// <param name="MeanReward">Mean reward of its answers.</param>
/// <param name="ShareRight">Share of its answers that were right, 0 to 1.</param>
/// <param name="ShareEqualRewards">Share of its batches in which all rewards were equal, 0 to 1.</param>
/// <param name="Kl">Mean divergence between policy and base model a token, in nats; null where it was not measured.</param>
/// <param name="Entropy">Mean entropy of the policy a token, in nats.</param>
/// <param name="AnswerTokens">Mean tokens of an answer, the end token included.</param>
/// <param name="ShareEnded">Share of its answers that ended by themselves, 0 to 1.</param>
/// <param name="MultiplierMin">Smallest multiplier of a singular value before its step, or null where nothing like it is learned.</param>
/// <param name="MultiplierMax">Largest multiplier, or null.</param>
/// <param name="ValidationShareRight">Share of right answers in the validation after its step, or null where there was none.</param>
public sealed record ReinforceIteration(
    int Iteration, double MeanReward, double ShareRight, double ShareEqualRewards, double? Kl, double Entropy, double AnswerTokens,
    double ShareEnded, double? MultiplierMin, double? MultiplierMax, double? ValidationShareRight);
