using MathNet.Numerics.LinearAlgebra;

namespace MlNetLlm.Communities;

/// <summary>From layers to networks: skills × modules through the data sets, and the graph of one layer through the other.</summary>
public static class Projections
{
    /// <summary>B^SM = Xᵀ I: how important each module is for each skill, through the data sets that need the skill.</summary>
    /// <param name="skills">X, (data sets, skills).</param>
    /// <param name="importance">I, (data sets, modules).</param>
    /// <returns>(skills, modules).</returns>
    public static double[,] SkillsByModules(double[,] skills, double[,] importance)
    {
        if (Scaling.Shape(skills).Rows != Scaling.Shape(importance).Rows)
        {
            throw new ArgumentException($"Skills are given for {skills.GetLength(0)} data sets, importances for {importance.GetLength(0)}; "
                + "both list the same data sets.");
        }

        return Matrix<double>.Build.DenseOfArray(skills).TransposeThisAndMultiply(Matrix<double>.Build.DenseOfArray(importance)).ToArray();
    }

    /// <summary>The graph B Bᵀ of the rows, with its diagonal as self-loops: the published projection.</summary>
    /// <param name="b">(rows, columns), not negative.</param>
    public static WeightedGraph RowGraph(double[,] b)
    {
        var matrix = Matrix<double>.Build.DenseOfArray(b);
        return WeightedGraph.FromDense(matrix.TransposeAndMultiply(matrix).ToArray());
    }

    /// <summary>The graph Bᵀ B of the columns, with its diagonal as self-loops.</summary>
    /// <param name="b">(rows, columns), not negative.</param>
    public static WeightedGraph ColumnGraph(double[,] b) => RowGraph(Scaling.Transpose(b));

    /// <summary>The graph of positive correlations between rows, without self-loops: the corrected similarity.</summary>
    /// <param name="values">(rows, columns); a row without spread correlates with none.</param>
    public static WeightedGraph RowCorrelations(double[,] values)
    {
        var correlations = Correlations(values);
        for (var i = 0; i < correlations.GetLength(0); i++)
        {
            correlations[i, i] = 0;
            for (var j = 0; j < i; j++)
                correlations[i, j] = correlations[j, i] = Math.Max(0, correlations[i, j]);
        }

        return WeightedGraph.FromDense(correlations);
    }

    /// <summary>The graph of positive correlations between columns, without self-loops.</summary>
    /// <param name="values">(rows, columns).</param>
    public static WeightedGraph ColumnCorrelations(double[,] values) => RowCorrelations(Scaling.Transpose(values));

    /// <summary>Pearson correlations between rows; 0 for a row without spread.</summary>
    /// <param name="values">(rows, columns).</param>
    /// <returns>(rows, rows).</returns>
    public static double[,] Correlations(double[,] values)
    {
        var (rows, columns) = Scaling.Shape(values);
        var unit = Matrix<double>.Build.DenseOfArray(values);              // rows centred, of length 1
        for (var i = 0; i < rows; i++)
        {
            var row = unit.Row(i);
            var (mean, length) = (columns > 0 ? row.Sum() / columns : 0, row.L2Norm());
            row -= mean;
            unit.SetRow(i, row.L2Norm() > 1e-12 * length ? row / row.L2Norm() : row * 0);
        }

        return unit.TransposeAndMultiply(unit).ToArray();
    }
}
