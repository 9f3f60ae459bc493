namespace MlNetLlm.Sweeps;

/// <summary>ML.NET AutoML's ways to choose the next trial.</summary>
public enum TunerKind
{
    /// <summary>Points at random; learns nothing from results.</summary>
    Random,

    /// <summary>Every point of a grid in order; learns nothing from results.</summary>
    Grid,

    /// <summary>Cost-frugal optimisation: local search from the defaults.</summary>
    CostFrugal,

    /// <summary>Cost-frugal optimisation with the estimated cost of improvement between alternatives.</summary>
    EciCostFrugal,

    /// <summary>Sequential model-based optimisation with a random forest.</summary>
    Smac,
}
