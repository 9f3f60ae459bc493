using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Which brain a model is like, by a rule of ours: the paper argues by analogy.</summary>
internal enum Architecture
{
    /// <summary>Functions in places of their own, as in the ganglia of an octopus: Λ ≥ 0.5 and Sel ≥ 0.6.</summary>
    StrongLocalisation,

    /// <summary>Areas in a small world, as in man: 0.15 ≤ Λ &lt; 0.5 or 0.25 ≤ Sel &lt; 0.6, with σ ≥ 1.5 and few connectors.</summary>
    SmallWorld,

    /// <summary>Preferences without areas, as in birds and small mammals: T1 significant, Λ &lt; 0.15 and Sel &lt; 0.25.</summary>
    WeakLocalisation,

    /// <summary>T1 not significant.</summary>
    NoneDetected,

    /// <summary>Significant, but by none of the rules: for example Λ of a small world without its σ.</summary>
    Unclassified,
}

/// <summary>What the rule looks at.</summary>
/// <param name="Lambda">Λ = (F − F_null)/(F_positive − F_null).</param>
/// <param name="Selectivity">Sel: (own drop − foreign drop)/own drop when an area is removed; drops are means over functions.</param>
/// <param name="SmallWorld">σ; null = undefined.</param>
/// <param name="P">T1's p-value after Holm.</param>
/// <param name="Connectors">Share of modules with a participation above 0.62, the textbook's bound of connector nodes.</param>
internal sealed record ArchitectureMeasures(double Lambda, double Selectivity, double? SmallWorld, double P, double Connectors)
{
    private const double Level = 0.05;

    /// <summary>Most connectors that still count as few.</summary>
    private const double FewConnectors = 0.25;

    /// <summary>The class.</summary>
    public Architecture Class => P > Level ? Architecture.NoneDetected
        : Lambda >= 0.5 && Selectivity >= 0.6 ? Architecture.StrongLocalisation
        : Lambda < 0.15 && Selectivity < 0.25 ? Architecture.WeakLocalisation
        : (Lambda is >= 0.15 and < 0.5 || Selectivity is >= 0.25 and < 0.6) && SmallWorld >= 1.5 && Connectors <= FewConnectors
            ? Architecture.SmallWorld
        : Architecture.Unclassified;

    /// <summary>How far from weak localisation: below 1 both of its bounds hold; 2 where T1 is not significant.</summary>
    public double OfWeak => P > Level ? 2 : Math.Max(Lambda / 0.15, Selectivity / 0.25);

    /// <summary>Λ of a model.</summary>
    /// <param name="t1">T1 of the model.</param>
    /// <param name="positive">Mean F of the positive control.</param>
    public static double LambdaOf(PermutationTest t1, double positive) => (t1.Statistic - t1.NullMean) / (positive - t1.NullMean);
}
