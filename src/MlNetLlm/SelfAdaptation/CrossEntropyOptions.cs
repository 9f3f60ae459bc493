namespace MlNetLlm.SelfAdaptation;

/// <summary>How the cross-entropy method searches (Rubinstein, Kroese 2004; Transformer², appendix A.4).</summary>
public sealed record CrossEntropyOptions : ICheckedOptions
{
    /// <summary>Candidates a generation, 2 or more.</summary>
    /// <value>32.</value>
    public int Population { get; init; } = 32;

    /// <summary>The best candidates, which the next generation is drawn around; from 2 to <see cref="Population"/>.</summary>
    /// <value>6, a fifth of 32.</value>
    public int Elites { get; init; } = 6;

    /// <summary>Generations, 1 or more. The paper's limit is 100, its released script's 50, its light variant's 10.</summary>
    /// <value>50.</value>
    public int Generations { get; init; } = 50;

    /// <summary>Standard deviation of the first generation in every dimension, above 0.</summary>
    /// <value>0.5.</value>
    public double InitialDeviation { get; init; } = 0.5;

    /// <summary>The least standard deviation, 0 or more. Ties are the rule on a few shots; without a floor they end the search.</summary>
    /// <value>0.02; the released code has none.</value>
    public double DeviationFloor { get; init; } = 0.02;

    /// <summary>The share of the old mean and deviation that is kept, from 0 to below 1.</summary>
    /// <value>0.</value>
    public double Smoothing { get; init; }

    /// <summary>Seed of the candidates.</summary>
    /// <value>1.</value>
    public long Seed { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Population < 2) yield return $"Population is {Population}; expected 2 or more.";
        if (Elites < 2 || Elites > Population) yield return $"Elites is {Elites}; expected 2 to Population ({Population}).";
        if (Generations < 1) yield return $"Generations is {Generations}; expected 1 or more.";
        if (!(InitialDeviation > 0) || !double.IsFinite(InitialDeviation))
            yield return $"InitialDeviation is {InitialDeviation}; expected above 0.";
        if (!(DeviationFloor >= 0) || !double.IsFinite(DeviationFloor))
            yield return $"DeviationFloor is {DeviationFloor}; expected 0 or more.";
        if (!(Smoothing >= 0 && Smoothing < 1)) yield return $"Smoothing is {Smoothing}; expected 0 to below 1.";
    }
}
