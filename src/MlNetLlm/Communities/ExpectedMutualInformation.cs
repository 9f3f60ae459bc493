using MathNet.Numerics;

namespace MlNetLlm.Communities;

/// <summary>The mutual information that chance alone gives two partitions of fixed community sizes.</summary>
internal static class ExpectedMutualInformation
{
    /// <summary>
    /// E[I] = Σ_ij Σ_c  c/n · ln(n c / (a_i b_j)) · P(c),  P the hypergeometric probability that communities of a_i and b_j
    /// among n nodes share c:  a! b! (n−a)! (n−b)! / (n! c! (a−c)! (b−c)! (n−a−b+c)!).
    /// </summary>
    public static double Of(Contingency table)
    {
        var n = table.NodeCount;
        var logFactorial = new double[n + 1];
        for (var i = 0; i <= n; i++)
            logFactorial[i] = SpecialFunctions.GammaLn(i + 1.0);
        var (first, second) = (CountSizes(table.FirstSizes), CountSizes(table.SecondSizes));
        var sum = 0.0;
        foreach (var (a, aTimes) in first)
        {
            foreach (var (b, bTimes) in second)
                sum += aTimes * bTimes * OfPair(a, b, n, logFactorial);
        }

        return sum;
    }

    private static double OfPair(int a, int b, int n, double[] logFactorial)
    {
        var fixedPart = logFactorial[a] + logFactorial[b] + logFactorial[n - a] + logFactorial[n - b] - logFactorial[n];
        var sum = 0.0;
        for (var c = Math.Max(1, a + b - n); c <= Math.Min(a, b); c++)
        {
            var logChance = fixedPart - logFactorial[c] - logFactorial[a - c] - logFactorial[b - c] - logFactorial[n - a - b + c];
            sum += (double)c / n * Math.Log((double)n * c / ((double)a * b)) * Math.Exp(logChance);
        }

        return sum;
    }

    /// <summary>Equal sizes give equal terms: each size once, with the number of communities that have it.</summary>
    private static List<(int Size, double Times)> CountSizes(int[] sizes)
        => [.. sizes.CountBy(size => size).Select(pair => (pair.Key, (double)pair.Value))];
}
