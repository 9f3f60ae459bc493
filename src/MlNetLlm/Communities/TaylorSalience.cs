namespace MlNetLlm.Communities;

/// <summary>How a weight's salience follows from its value w, the loss gradient g and the mean squared gradient f.</summary>
public enum TaylorForm
{
    /// <summary>w·g; absolute values add up.</summary>
    First,

    /// <summary>w·g; the absolute value is taken after the sum, so that weights of opposite sign cancel.</summary>
    Vectorised,

    /// <summary>w²·f; the diagonal Fisher information stands for the curvature.</summary>
    Second,

    /// <summary>w·g − ½·w²·f; absolute values add up.</summary>
    Mixed,
}

/// <summary>
/// How much the loss would change without a row or a column of a weight matrix, by a Taylor expansion around the weights.
/// </summary>
/// <remarks>
/// Ma, Fang and Wang 2023 (LLM-Pruner). Weights and gradients are single precision, sums double. Whether g is one example's gradient or the
/// sum over examples is the caller's choice, and gives other scores: Σ|w·g_k| against |w·Σg_k|.
/// </remarks>
public static class TaylorSalience
{
    /// <summary>Scores of all rows and columns.</summary>
    /// <param name="form">Which salience.</param>
    /// <param name="weights">(rows · columns), row by row.</param>
    /// <param name="gradient">The same shape; not read by <see cref="TaylorForm.Second"/>.</param>
    /// <param name="meanSquares">The same shape: mean over examples of the squared gradient; read by the second-order forms only.</param>
    /// <param name="columns">Number of columns.</param>
    /// <returns>One score, 0 or more, per row and per column.</returns>
    public static (double[] Rows, double[] Columns) Scores(
        TaylorForm form, ReadOnlySpan<float> weights, ReadOnlySpan<float> gradient, ReadOnlySpan<double> meanSquares, int columns)
    {
        var (usesGradient, usesSquares) = (form != TaylorForm.Second, form is TaylorForm.Second or TaylorForm.Mixed);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (weights.Length % columns != 0 || (usesGradient && gradient.Length != weights.Length)
            || (usesSquares && meanSquares.Length != weights.Length))
        {
            throw new ArgumentException($"{form} salience of {weights.Length} weights in rows of {columns} got {gradient.Length} gradients "
                + $"and {meanSquares.Length} mean squares; whole rows and equal numbers are needed.");
        }

        var (rowScores, columnScores) = (new double[weights.Length / columns], new double[columns]);
        for (var i = 0; i < weights.Length; i++)
        {
            double w = weights[i];
            var salience = usesGradient ? w * gradient[i] : 0;
            if (usesSquares)
                salience = form == TaylorForm.Second ? w * w * meanSquares[i] : salience - w * w * meanSquares[i] / 2;
            if (form != TaylorForm.Vectorised)
                salience = Math.Abs(salience);
            rowScores[i / columns] += salience;
            columnScores[i % columns] += salience;
        }

        return form == TaylorForm.Vectorised
            ? (Array.ConvertAll(rowScores, Math.Abs), Array.ConvertAll(columnScores, Math.Abs))
            : (rowScores, columnScores);
    }

    /// <summary>Adds one example's squared gradient to running sums; divide by the number of examples for the mean.</summary>
    /// <param name="gradient">(rows · columns).</param>
    /// <param name="sums">The same shape.</param>
    public static void AddSquares(ReadOnlySpan<float> gradient, Span<double> sums)
    {
        if (gradient.Length != sums.Length)
            throw new ArgumentException($"{gradient.Length} gradients do not fit {sums.Length} sums.");
        for (var i = 0; i < gradient.Length; i++)
            sums[i] += (double)gradient[i] * gradient[i];
    }
}
