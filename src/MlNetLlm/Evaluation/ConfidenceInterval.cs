namespace MlNetLlm.Evaluation;

/// <summary>An estimate with the interval that holds the true value in a stated share of repetitions.</summary>
/// <param name="Estimate">The estimate.</param>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Level">The share of repetitions, such as 0.95.</param>
public readonly record struct ConfidenceInterval(double Estimate, double Lower, double Upper, double Level)
{
    /// <summary>Whether a value lies in the interval, its ends included.</summary>
    /// <param name="value">The value, for example 0 for "no difference".</param>
    public bool Contains(double value) => Lower <= value && value <= Upper;
}
