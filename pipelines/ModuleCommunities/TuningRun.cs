using MlNetLlm.Modules;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>One fine-tuning.</summary>
/// <param name="Seed">The dense model's seed.</param>
/// <param name="Target">The skill learned in a new form.</param>
/// <param name="Form">The form.</param>
/// <param name="Regime">Which modules trained.</param>
/// <param name="LearningRate">At which rate.</param>
/// <param name="Faithful">Whether embedding and norms trained too.</param>
/// <param name="Validation">Validation accuracy on the target.</param>
/// <param name="Accuracy">Test accuracy on the target.</param>
/// <param name="Others">Mean test accuracy on the other skills' sets.</param>
/// <param name="Modules">Number of modules trained.</param>
/// <param name="Parameters">Weights trained.</param>
/// <param name="RelativeChange">Mean of ‖ΔW‖/‖W‖ over the trained modules.</param>
/// <param name="TotalChange">‖Δθ‖ over all parameters.</param>
/// <param name="AbsoluteChange">Mean |Δw| over the trained modules.</param>
internal sealed record TuningRun(
    int Seed, string Target, string Form, ModuleRegime Regime, double LearningRate, bool Faithful, double Validation, double Accuracy,
    double Others, int Modules, long Parameters, double RelativeChange, double TotalChange, double AbsoluteChange);

/// <summary>What fine-tunings of different regimes are compared on.</summary>
internal readonly record struct TuningUnit(int Seed, string Target, string Form);

/// <summary>What removing modules did to a function, and what training gave back.</summary>
/// <param name="Seed">The dense model's seed.</param>
/// <param name="Function">The function whose area was removed.</param>
/// <param name="Removed">Number of modules removed.</param>
/// <param name="Own">Accuracy on the function's sets: before, after removing its area, after removing as many random modules.</param>
/// <param name="Foreign">The same on the other functions' sets.</param>
/// <param name="Recovered">Own accuracy after training the rest: area removed, random modules removed; null = not tried.</param>
internal sealed record RemovalRun(
    int Seed, string Function, int Removed, IReadOnlyList<double> Own, IReadOnlyList<double> Foreign, IReadOnlyList<double>? Recovered)
{
    /// <summary>Less of a drop of accuracy than this is none.</summary>
    private const double LeastDrop = 0.02;

    /// <summary>
    /// Selectivity of a model: (mean own drop − mean foreign drop) / mean own drop, means over the functions whose areas were removed; 0
    /// where the own accuracy drops by 0.02 or less.
    /// </summary>
    public static double Selectivity(IReadOnlyList<RemovalRun> functions)
    {
        var own = functions.Average(each => each.Own[0] - each.Own[1]);
        var foreign = functions.Average(each => each.Foreign[0] - each.Foreign[1]);
        return own > LeastDrop ? (own - foreign) / own : 0;
    }
}
