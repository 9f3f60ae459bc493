namespace MlNetLlm.SelfAdaptation;

/// <summary>How well a mix does on the shots: by accuracy, and among equal accuracies by log-likelihood.</summary>
/// <param name="Accuracy">Share of the shots that are answered right, from 0 to 1.</param>
/// <param name="LogLikelihood">
/// Mean log-likelihood of the model's own right answers, in nats; minus infinity where none is right. With ten shots there are eleven
/// accuracies, so this decides most comparisons.
/// </param>
public readonly record struct MixScore(double Accuracy, double LogLikelihood) : IComparable<MixScore>
{
    /// <summary>Below 0 where the other is better; a value that is not a number is worse than any.</summary>
    public int CompareTo(MixScore other)
    {
        var byAccuracy = Accuracy.CompareTo(other.Accuracy);   // CompareTo puts NaN first
        return byAccuracy != 0 ? byAccuracy : LogLikelihood.CompareTo(other.LogLikelihood);
    }
}
