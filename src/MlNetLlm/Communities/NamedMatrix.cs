namespace MlNetLlm.Communities;

/// <summary>A matrix whose rows and columns have names, such as data sets × skills.</summary>
public sealed class NamedMatrix
{
    /// <summary>Puts names to a matrix.</summary>
    /// <exception cref="ArgumentException">The numbers of names and of rows or columns differ, or a name stands twice.</exception>
    public NamedMatrix(IReadOnlyList<string> rows, IReadOnlyList<string> columns, double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (rows.Count != values.GetLength(0) || columns.Count != values.GetLength(1))
        {
            throw new ArgumentException($"{rows.Count} row names and {columns.Count} column names do not fit a matrix of "
                + $"{values.GetLength(0)} × {values.GetLength(1)}.");
        }

        CheckUnique(rows, "row");
        CheckUnique(columns, "column");
        (Rows, Columns, Values) = (rows, columns, values);
    }

    /// <summary>The names of the rows, each once.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>The names of the columns, each once.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>(rows, columns).</summary>
    public double[,] Values { get; }

    /// <summary>The same names over other values of the same shape.</summary>
    public NamedMatrix With(double[,] values) => new(Rows, Columns, values);

    /// <summary>The same with 0 where an entry is below: what falls short of no importance counts as none.</summary>
    public NamedMatrix NotNegative()
    {
        var values = (double[,])Values.Clone();
        for (var i = 0; i < Rows.Count; i++)
            for (var j = 0; j < Columns.Count; j++)
                values[i, j] = Math.Max(0, values[i, j]);
        return With(values);
    }

    private static void CheckUnique(IReadOnlyList<string> names, string kind)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
                throw new ArgumentException($"The {kind} name '{name}' stands twice in the matrix; names tell rows and columns apart.");
        }
    }
}
