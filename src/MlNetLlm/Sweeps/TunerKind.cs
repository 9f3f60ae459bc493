namespace MlNetLlm.Sweeps;

/// <summary>Ways to choose the next trial; those that learn are ML.NET AutoML's.</summary>
public enum TunerKind
{
    /// <summary>Points at random; learns nothing from results.</summary>
    Random,

    /// <summary>Every point of a grid in order; learns nothing from results.</summary>
    Grid,

    /// <summary>Cost-frugal optimisation: local search from the defaults, then from random points.</summary>
    CostFrugal,

    /// <summary>The same with the estimated cost of improvement between alternatives; a plain space has one.</summary>
    EciCostFrugal,

    /// <summary>Sequential model-based optimisation with a random forest.</summary>
    Smac,
}
