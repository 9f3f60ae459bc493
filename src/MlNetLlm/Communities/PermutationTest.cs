namespace MlNetLlm.Communities;

/// <summary>A statistic and what chance makes of it.</summary>
/// <param name="Statistic">The observed value.</param>
/// <param name="P">(1 + number of draws at least as high) / (1 + draws): never 0.</param>
/// <param name="NullMean">Mean over the draws.</param>
/// <param name="NullDeviation">Population standard deviation over the draws.</param>
/// <param name="Permutations">Number of draws.</param>
public sealed record PermutationTest(double Statistic, double P, double NullMean, double NullDeviation, int Permutations)
{
    /// <summary>A draw this much lower, relative to the statistic, still counts as equal: the same sum in another order.</summary>
    private const double Equal = 1e-12;

    /// <summary>Compares a statistic with draws from its null distribution; high values speak against the null.</summary>
    /// <param name="statistic">The observed value.</param>
    /// <param name="permutations">Number of draws, at least 1.</param>
    /// <param name="draw">Makes one draw.</param>
    /// <param name="cancellationToken">Looked at between draws.</param>
    public static PermutationTest Run(double statistic, int permutations, Func<double> draw, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        if (double.IsNaN(statistic))
            throw new ArgumentException("The statistic is NaN; a permutation test needs a number.", nameof(statistic));
        var least = double.IsFinite(statistic) ? statistic - Equal * Math.Abs(statistic) : statistic;
        var (atLeast, draws) = (0, new double[permutations]);
        for (var i = 0; i < permutations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            draws[i] = draw();
            atLeast += draws[i] >= least ? 1 : 0;
        }

        var mean = draws.Average();
        var deviation = Math.Sqrt(draws.Average(value => (value - mean) * (value - mean)));
        return new PermutationTest(statistic, (1.0 + atLeast) / (1 + permutations), mean, deviation, permutations);
    }
}
