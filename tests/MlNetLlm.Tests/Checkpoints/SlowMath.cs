namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Linear algebra in float64, one loop at a time: slow, obvious, and sharing nothing with the library.</summary>
internal static class SlowMath
{
    /// <summary>One row a position.</summary>
    public static double[][] Map(double[][] rows, Func<double[], double[]> f) => [.. rows.Select(f)];

    public static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (u, v) => u + v).ToArray())];

    /// <summary>W x + b, W as (out, in).</summary>
    public static double[] Linear(double[] x, double[,] w, double[]? b = null)
    {
        var y = new double[w.GetLength(0)];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = b?[o] ?? 0;
            for (var i = 0; i < x.Length; i++)
                y[o] += w[o, i] * x[i];
        }
        return y;
    }

    /// <summary>x W + b, W as (in, out).</summary>
    public static double[] Conv1D(double[] x, double[,] w, double[] b)
    {
        var y = new double[w.GetLength(1)];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = b[o];
            for (var i = 0; i < x.Length; i++)
                y[o] += x[i] * w[i, o];
        }
        return y;
    }

    public static double[] LayerNorm(double[] x, double[] gain, double[] bias, double epsilon)
    {
        var mean = x.Average();
        var variance = x.Average(v => (v - mean) * (v - mean));
        return [.. x.Select((v, i) => (v - mean) / Math.Sqrt(variance + epsilon) * gain[i] + bias[i])];
    }

    public static double[] RmsNorm(double[] x, double[] gain, double epsilon)
    {
        var meanSquare = x.Average(v => v * v);
        return [.. x.Select((v, i) => v / Math.Sqrt(meanSquare + epsilon) * gain[i])];
    }

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    public static double GeluNew(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    public static double Gelu(double x) => 0.5 * x * (1 + MathNet.Numerics.SpecialFunctions.Erf(x / Math.Sqrt(2)));

    public static double[] Softmax(double[] x)
    {
        var max = x.Max();
        var e = x.Select(v => Math.Exp(v - max)).ToArray();
        return [.. e.Select(v => v / e.Sum())];
    }

    /// <summary>Cross-entropy of one row of logits.</summary>
    public static double Loss(double[] logits, int target) => -Math.Log(Softmax(logits)[target]);

    /// <summary>
    /// Attention of all heads; q, k and v hold one vector of heads · d numbers a position, v and k possibly of fewer heads.
    /// </summary>
    public static double[][] Attend(double[][] q, double[][] k, double[][] v, int heads, int keyHeads, Func<int, int, bool> sees)
    {
        var d = q[0].Length / heads;
        var result = q.Select(row => new double[row.Length]).ToArray();
        for (var h = 0; h < heads; h++)
        {
            var shared = h / (heads / keyHeads);
            for (var i = 0; i < q.Length; i++)
            {
                int[] seen = [.. Enumerable.Range(0, k.Length).Where(j => sees(i, j))];
                var scores = seen.Select(j => Enumerable.Range(0, d).Sum(c => q[i][h * d + c] * k[j][shared * d + c]) / Math.Sqrt(d));
                var weights = Softmax([.. scores]);
                for (var s = 0; s < seen.Length; s++)
                    for (var c = 0; c < d; c++)
                        result[i][h * d + c] += weights[s] * v[seen[s]][shared * d + c];
            }
        }
        return result;
    }

    /// <summary>Rotates component c of each head with component c + d/2, by the angle position · base^(−2c/d).</summary>
    public static double[] RotateHalves(double[] x, int position, int d, double rotaryBase)
    {
        var y = new double[x.Length];
        for (var head = 0; head < x.Length; head += d)
            for (var c = 0; c < d / 2; c++)
                (y[head + c], y[head + c + d / 2]) = Turn(x[head + c], x[head + c + d / 2], position * Math.Pow(rotaryBase, -2.0 * c / d));
        return y;
    }

    /// <summary>Rotates components 2c and 2c + 1 of the first r components of each head, by the angle position · 10000^(−2c/r).</summary>
    public static double[] RotatePairs(double[] x, int position, int d, int r)
    {
        var y = (double[])x.Clone();
        for (var head = 0; head < x.Length; head += d)
            for (var c = 0; c < r / 2; c++)
                (y[head + 2 * c], y[head + 2 * c + 1]) = Turn(x[head + 2 * c], x[head + 2 * c + 1],
                    position * Math.Pow(10_000, -2.0 * c / r));
        return y;
    }

    private static (double First, double Second) Turn(double first, double second, double angle) =>
        (first * Math.Cos(angle) - second * Math.Sin(angle), first * Math.Sin(angle) + second * Math.Cos(angle));
}
