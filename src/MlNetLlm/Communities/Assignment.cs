namespace MlNetLlm.Communities;

/// <summary>The assignment problem: pair rows with columns, each at most once, for the highest sum of scores.</summary>
public static class Assignment
{
    /// <summary>Finds the matching with the highest sum (Kuhn and Munkres, with shortest augmenting paths; O(rows² · columns)).</summary>
    /// <param name="scores">(rows, columns), finite; need not be square.</param>
    /// <returns>min(rows, columns) pairs, by rising row.</returns>
    public static (int Row, int Column)[] Highest(double[,] scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var (rows, columns) = (scores.GetLength(0), scores.GetLength(1));
        foreach (var score in scores)
        {
            if (!double.IsFinite(score))
                throw new ArgumentException($"A matching needs finite scores; one is {score}.", nameof(scores));
        }

        return rows <= columns
            ? [.. Solve(rows, columns, (i, j) => -scores[i, j]).Select((column, row) => (row, column))]
            : [.. Solve(columns, rows, (i, j) => -scores[j, i]).Select((row, column) => (row, column)).Order()];
    }

    /// <summary>The lowest-cost column of every row, rows ≤ columns. Row by row, along the cheapest chain of reassignments.</summary>
    private static int[] Solve(int rows, int columns, Func<int, int, double> cost)
    {
        // Duals: u_i + v_j ≤ cost_ij, equal on matched pairs. Column 0 is a helper; the others are shifted by one.
        var (u, v) = (new double[rows + 1], new double[columns + 1]);
        var (rowOf, previous) = (new int[columns + 1], new int[columns + 1]);
        for (var row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            var (slack, done) = (new double[columns + 1], new bool[columns + 1]);
            Array.Fill(slack, double.PositiveInfinity);
            var column = 0;
            do
            {
                done[column] = true;
                var (step, next) = (double.PositiveInfinity, 0);
                for (var j = 1; j <= columns; j++)
                {
                    if (done[j])
                        continue;
                    var reduced = cost(rowOf[column] - 1, j - 1) - u[rowOf[column]] - v[j];
                    if (reduced < slack[j])
                        (slack[j], previous[j]) = (reduced, column);
                    if (slack[j] < step)
                        (step, next) = (slack[j], j);
                }

                for (var j = 0; j <= columns; j++)
                {
                    if (done[j])
                    {
                        u[rowOf[j]] += step;
                        v[j] -= step;
                    }
                    else
                        slack[j] -= step;
                }

                column = next;
            }
            while (rowOf[column] != 0);

            while (column != 0)
                (rowOf[column], column) = (rowOf[previous[column]], previous[column]);
        }

        var result = new int[rows];
        for (var j = 1; j <= columns; j++)
        {
            if (rowOf[j] != 0)
                result[rowOf[j] - 1] = j - 1;
        }

        return result;
    }
}
