using MathNet.Numerics.Distributions;

namespace MlNetLlm.Communities;

/// <summary>Pearson's χ² of a table of counts.</summary>
/// <remarks>
/// The paper applies it to edge counts of communities × functions. Those counts depend on one another, so its p-value means nothing there:
/// where the published statistic is p ≤ 1e-80, permuting the labels gives p = 0.65. Report it only beside "not valid: dependent counts".
/// </remarks>
/// <param name="Statistic">χ² = Σ (count − expected)² / expected.</param>
/// <param name="DegreesOfFreedom">(rows − 1)(columns − 1), empty rows and columns left out.</param>
/// <param name="P">Upper tail of the χ² distribution, for independent counts.</param>
public sealed record ChiSquare(double Statistic, int DegreesOfFreedom, double P)
{
    /// <summary>Tests a table for independence of rows and columns.</summary>
    /// <param name="counts">(rows, columns), not negative.</param>
    public static ChiSquare Independence(double[,] counts)
    {
        var residuals = Scaling.PearsonResiduals(counts);
        var (rows, columns) = Scaling.Shape(counts);
        var statistic = residuals.Cast<double>().Sum(residual => residual * residual);
        var usedRows = Enumerable.Range(0, rows).Count(i => Enumerable.Range(0, columns).Any(j => counts[i, j] > 0));
        var usedColumns = Enumerable.Range(0, columns).Count(j => Enumerable.Range(0, rows).Any(i => counts[i, j] > 0));
        var freedom = Math.Max(0, usedRows - 1) * Math.Max(0, usedColumns - 1);
        return new ChiSquare(statistic, freedom, freedom == 0 ? 1 : 1 - ChiSquared.CDF(freedom, statistic));
    }
}
