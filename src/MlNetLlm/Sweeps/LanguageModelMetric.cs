using MlNetLlm.Scoring;

namespace MlNetLlm.Sweeps;

/// <summary>What a sweep of language models makes small.</summary>
public enum LanguageModelMetric
{
    /// <summary>exp of the nats a token.</summary>
    Perplexity,

    /// <summary>Bits a byte; comparable between tokenisers.</summary>
    BitsPerByte,

    /// <summary>Nats a token.</summary>
    NegativeLogLikelihood,
}

internal static class LanguageModelMetricValues
{
    public static double Of(this LanguageModelMetric metric, LanguageModelMetrics all) => metric switch
    {
        LanguageModelMetric.Perplexity => all.Perplexity,
        LanguageModelMetric.BitsPerByte => all.BitsPerByte,
        LanguageModelMetric.NegativeLogLikelihood => all.NegativeLogLikelihood,
        _ => throw new ArgumentException(
            $"Metric is {metric}; expected {string.Join(", ", Enum.GetNames<LanguageModelMetric>())}.", nameof(metric)),
    };
}
