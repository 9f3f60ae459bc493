namespace MlNetLlm.Evaluation;

/// <summary>What the statistics of this folder share: their demands on values, and moments.</summary>
internal static class Samples
{
    public static void Check(string operation, ReadOnlySpan<double> values, int atLeast)
    {
        if (values.Length < atLeast)
            throw new ArgumentException($"{operation} got {values.Length} values; it needs at least {atLeast}.");
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                throw new ArgumentException($"{operation} got {values[i]} as value {i}; every value must be a finite number.");
    }

    public static void CheckPairs(string operation, ReadOnlySpan<double> first, ReadOnlySpan<double> second, int atLeast)
    {
        if (first.Length != second.Length)
            throw new ArgumentException(
                $"{operation} got {first.Length} and {second.Length} values; it pairs them, so there must be as many of both.");
        Check(operation, first, atLeast);
        Check(operation, second, atLeast);
    }

    public static void CheckLevel(string operation, double level)
    {
        if (!(level is > 0 and < 1))
            throw new ArgumentException($"{operation} got level {level}; it must lie between 0 and 1, as 0.95 does.");
    }

    public static double[] Differences(string operation, ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        CheckPairs(operation, first, second, atLeast: 1);
        var differences = new double[first.Length];
        for (int i = 0; i < differences.Length; i++) differences[i] = first[i] - second[i];
        return differences;
    }

    public static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }

    public static double Mean(ReadOnlySpan<double> values) => Sum(values) / values.Length;

    // Sum over i of (a_i - mean a)(b_i - mean b).
    public static double CoMoment(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double meanA = Mean(a), meanB = Mean(b), sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (a[i] - meanA) * (b[i] - meanB);
        return sum;
    }

    // s / √n with the unbiased variance s².
    public static double StandardError(ReadOnlySpan<double> values)
        => Math.Sqrt(CoMoment(values, values) / (values.Length - 1) / values.Length);
}
