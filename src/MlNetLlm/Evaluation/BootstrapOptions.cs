namespace MlNetLlm.Evaluation;

/// <summary>How a bootstrap interval is made.</summary>
public enum BootstrapMethod
{
    /// <summary>
    /// Bias-corrected and accelerated (Efron 1987): the ends are moved for bias and skewness of the estimate; second-order accurate.
    /// </summary>
    BiasCorrectedAccelerated,

    /// <summary>The quantiles of the resampled estimates (Efron 1979).</summary>
    Percentile,
}

/// <summary>Settings of the bootstrap.</summary>
public sealed record BootstrapOptions : ICheckedOptions
{
    /// <summary>Resamples drawn.</summary>
    /// <value>2000.</value>
    public int Samples { get; init; } = 2000;

    /// <summary>The interval's level.</summary>
    /// <value>0.95.</value>
    public double Level { get; init; } = 0.95;

    /// <summary>How the interval is made.</summary>
    /// <value><see cref="BootstrapMethod.BiasCorrectedAccelerated"/>.</value>
    public BootstrapMethod Method { get; init; } = BootstrapMethod.BiasCorrectedAccelerated;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Samples is < 10 or > 10_000_000) yield return $"Samples is {Samples}; it must be 10 to 10000000.";
        if (!(Level is > 0 and < 1)) yield return $"Level is {Level}; it must lie between 0 and 1.";
        if (!Enum.IsDefined(Method)) yield return $"Method is {(int)Method}; it must be 0 or 1.";
    }
}
