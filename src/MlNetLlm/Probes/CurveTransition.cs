namespace MlNetLlm.Probes;

/// <summary>
/// When a curve over training makes its rise, by a rule without judgement. Low is the least value of the curve, high the greatest after it
/// (an untrained model may start high). The onset is the last time that the curve is at 10 % of the way from low to high, and stays above
/// from there on; midpoint and saturation are the first times after the onset that it reaches 50 % and 90 %. Between snapshots the curve
/// is taken as straight.
/// </summary>
/// <param name="Onset">When the rise begins.</param>
/// <param name="Midpoint">When half of it is made.</param>
/// <param name="Saturation">When it is nearly over.</param>
public readonly record struct CurveTransition(double Onset, double Midpoint, double Saturation)
{
    private const double OnsetShare = 0.1, MidpointShare = 0.5, SaturationShare = 0.9;

    /// <summary>Finds the rise of a curve. For one that falls, such as perplexity, give its negative.</summary>
    /// <param name="steps">Training steps of the snapshots, rising.</param>
    /// <param name="values">The curve at those steps.</param>
    /// <returns>The rise, or null for a curve that does not rise or falls back from its height.</returns>
    /// <exception cref="ArgumentException">Steps do not rise, or are not as many as values, two or more.</exception>
    public static CurveTransition? Find(ReadOnlySpan<double> steps, ReadOnlySpan<double> values)
    {
        Check(steps, values);
        int lowest = 0, highest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] <= values[lowest]) lowest = highest = i;
            if (values[i] > values[highest]) highest = i;
        }

        double low = values[lowest], rise = values[highest] - low;
        int last = values.Length - 1;                                       // the last snapshot at the onset's level or below
        while (values[last] > low + OnsetShare * rise) last--;
        if (rise == 0 || last > highest) return null;
        return new(
            Crossing(steps, values, last + 1, low + OnsetShare * rise),
            Crossing(steps, values, last + 1, low + MidpointShare * rise),
            Crossing(steps, values, last + 1, low + SaturationShare * rise));
    }

    // The first time from snapshot `from` on that the curve reaches a level that it is not above before: on the line to that snapshot.
    private static double Crossing(ReadOnlySpan<double> steps, ReadOnlySpan<double> values, int from, double level)
    {
        int at = from;
        while (values[at] < level) at++;
        return steps[at - 1] + (steps[at] - steps[at - 1]) * (level - values[at - 1]) / (values[at] - values[at - 1]);
    }

    private static void Check(ReadOnlySpan<double> steps, ReadOnlySpan<double> values)
    {
        if (steps.Length < 2 || steps.Length != values.Length)
            throw new ArgumentException(
                $"A curve has {steps.Length} steps and {values.Length} values; it needs two or more, as many of both.");
        for (int i = 0; i < steps.Length; i++)
        {
            if (!double.IsFinite(values[i])) throw new ArgumentException($"Value {i} of the curve is {values[i]}; it must be finite.");
            if (i > 0 && !(steps[i] > steps[i - 1]))
                throw new ArgumentException($"Step {i} of the curve is {steps[i]}, after {steps[i - 1]}; steps must rise.");
        }
    }
}
