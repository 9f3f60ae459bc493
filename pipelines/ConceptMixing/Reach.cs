namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>What it costs to reach a loss: tokens, FLOPs or seconds, by the running minimum of a curve.</summary>
internal static class Reach
{
    /// <summary>The cost at which a curve first is at a loss, between two points by a straight line; null where it never is.</summary>
    /// <param name="curve">Cost and loss, by rising cost.</param>
    /// <param name="loss">The loss to reach.</param>
    public static double? Cost(IReadOnlyList<(double Cost, double Loss)> curve, double loss)
    {
        for (var i = 0; i < curve.Count; i++)
        {
            if (curve[i].Loss > loss) continue;
            if (i == 0) return curve[0].Cost;
            var (before, here) = (curve[i - 1], curve[i]);      // the point before is above: else it had been taken
            return before.Cost + (here.Cost - before.Cost) * (before.Loss - loss) / (before.Loss - here.Loss);
        }
        return null;
    }

    /// <summary>
    /// The saving 1 − N*/N: N is what the baseline costs, N* what the other needs for the baseline's final loss. Where it never gets
    /// there the two change places, 1 − N/M* with M* the baseline's cost at the other's best loss: a negative saving.
    /// </summary>
    public static double Saving(IReadOnlyList<(double Cost, double Loss)> curve, IReadOnlyList<(double Cost, double Loss)> baseline)
    {
        if (Cost(curve, baseline[^1].Loss) is { } reached) return 1 - reached / baseline[^1].Cost;
        return 1 - curve[^1].Cost / Cost(baseline, curve.Min(point => point.Loss))!.Value;
    }
}
