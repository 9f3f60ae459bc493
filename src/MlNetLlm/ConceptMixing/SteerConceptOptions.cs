using Microsoft.ML.SearchSpace;

namespace MlNetLlm.ConceptMixing;

/// <summary>Which concept to steer, and how strongly.</summary>
public sealed record SteerConceptOptions
{
    /// <summary>The concept's number, from 0.</summary>
    /// <value>0.</value>
    public int Concept { get; init; }

    /// <summary>
    /// α: the concept is held at this times <see cref="MeanStrength"/> at every position, whether it would be active there or not. 0 takes
    /// it away, below 0 pushes the other way.
    /// </summary>
    /// <value>1.</value>
    [Range(-10.0, 10.0, 1.0)]
    public double Strength { get; init; } = 1;

    /// <summary>
    /// The concept's mean activation where it is active, above 0, or its mean logit where a concept model chooses it
    /// (<see cref="ConceptStatistics.MeanStrength"/>).
    /// </summary>
    /// <value>1.</value>
    public double MeanStrength { get; init; } = 1;

    /// <summary>
    /// Whether to multiply the concept's own strength by α where it is active, and leave all other places alone, instead of holding it
    /// everywhere.
    /// </summary>
    /// <value>false.</value>
    public bool Literal { get; init; }

    /// <summary>The strength held, or the factor.</summary>
    internal double Value => Literal ? Strength : Strength * MeanStrength;

    internal SteerConceptOptions Validated(int concepts, bool logits = false) =>
        OptionsExtensions.Without(this, Faults(concepts, logits));

    private IEnumerable<string> Faults(int concepts, bool logits)
    {
        if (Concept < 0 || Concept >= concepts) yield return $"Concept is {Concept}; expected 0 to {concepts - 1}.";
        if (!double.IsFinite(Strength)) yield return $"Strength is {Strength}; expected a finite number.";
        if (!double.IsFinite(MeanStrength) || (!logits && MeanStrength <= 0))
            yield return $"MeanStrength is {MeanStrength}; expected {(logits ? "a finite number" : "above 0")}.";
    }
}
