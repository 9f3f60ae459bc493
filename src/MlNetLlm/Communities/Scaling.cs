namespace MlNetLlm.Communities;

/// <summary>The scalings of the two variants: min–max as published, row shares and Pearson residuals in the corrected one.</summary>
public static class Scaling
{
    /// <summary>(v − min) / (max − min) in every column.</summary>
    /// <param name="values">(rows, columns), finite.</param>
    /// <param name="flat">Columns without any spread, where the quotient is undefined: they become 0, and callers should say so.</param>
    /// <returns>(rows, columns), 0 … 1.</returns>
    public static double[,] MinMaxColumns(double[,] values, out IReadOnlyList<int> flat)
    {
        var (rows, columns) = Shape(values);
        var (scaled, constant) = (new double[rows, columns], new List<int>());
        for (var j = 0; j < columns; j++)
        {
            var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var i = 0; i < rows; i++)
                (least, most) = (Math.Min(least, values[i, j]), Math.Max(most, values[i, j]));
            if (!(most > least))
                constant.Add(j);
            for (var i = 0; i < rows && most > least; i++)
                scaled[i, j] = (values[i, j] - least) / (most - least);
        }

        flat = constant;
        return scaled;
    }

    /// <summary>(v − min) / (max − min) in every row; see <see cref="MinMaxColumns"/>.</summary>
    /// <param name="values">(rows, columns), finite.</param>
    /// <param name="flat">Rows without any spread: they become 0.</param>
    public static double[,] MinMaxRows(double[,] values, out IReadOnlyList<int> flat)
        => Transpose(MinMaxColumns(Transpose(values), out flat));

    /// <summary>Every row divided by its sum: takes the scale of a data set's loss out. A row of zeros stays.</summary>
    /// <param name="values">(rows, columns), finite and not negative.</param>
    public static double[,] RowShares(double[,] values)
    {
        var (rows, columns) = Shape(values);
        var shares = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < columns; j++)
                sum += NotNegative(values, i, j);
            for (var j = 0; j < columns && sum > 0; j++)
                shares[i, j] = values[i, j] / sum;
        }

        return shares;
    }

    /// <summary>Pearson residuals against independence: (v − E)/√E with E_ij = row_i · column_j / total; 0 where E is 0.</summary>
    /// <param name="values">(rows, columns), finite and not negative.</param>
    public static double[,] PearsonResiduals(double[,] values)
    {
        var (rows, columns) = Shape(values);
        var (rowSums, columnSums, total) = (new double[rows], new double[columns], 0.0);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var value = NotNegative(values, i, j);
                rowSums[i] += value;
                columnSums[j] += value;
                total += value;
            }
        }

        var residuals = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var expected = total > 0 ? rowSums[i] * columnSums[j] / total : 0;
                residuals[i, j] = expected > 0 ? (values[i, j] - expected) / Math.Sqrt(expected) : 0;
            }
        }

        return residuals;
    }

    internal static double[,] Transpose(double[,] values)
    {
        var (rows, columns) = Shape(values);
        var turned = new double[columns, rows];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                turned[j, i] = values[i, j];
        }

        return turned;
    }

    internal static (int Rows, int Columns) Shape(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var (rows, columns) = (values.GetLength(0), values.GetLength(1));
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                if (!double.IsFinite(values[i, j]))
                    throw new ArgumentException($"Entry ({i}, {j}) of the matrix is {values[i, j]}; expected a finite number.");
            }
        }

        return (rows, columns);
    }

    private static double NotNegative(double[,] values, int i, int j) => values[i, j] >= 0
        ? values[i, j]
        : throw new ArgumentException($"Entry ({i}, {j}) of the matrix is {values[i, j]}; importances and counts are not negative.");
}
