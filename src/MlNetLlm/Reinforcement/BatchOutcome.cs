namespace MlNetLlm.Reinforcement;

/// <summary>What one batch of answers came to, as sums over its answers.</summary>
internal sealed record BatchOutcome(int Answers, double Reward, int Right, long Tokens, int Ended, PolicySums Policy, bool HasKl)
{
    /// <summary>Whether the verdicts tell nothing apart.</summary>
    public bool HasEqualRewards => Right == 0 || Right == Answers;
}
