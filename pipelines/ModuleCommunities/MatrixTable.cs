using System.Globalization;
using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A named matrix as kept parts hold it.</summary>
/// <param name="Rows">Names of the rows.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Values">Row by row.</param>
internal sealed record MatrixTable(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<double[]> Values)
{
    /// <summary>Takes a matrix's rows in the order of the names.</summary>
    public static MatrixTable Of(NamedMatrix matrix, IReadOnlyList<string> rows)
    {
        var place = matrix.Rows.Index().ToDictionary(row => row.Item, row => row.Index, StringComparer.Ordinal);
        return new MatrixTable(rows, matrix.Columns, [.. rows.Select(row =>
            Enumerable.Range(0, matrix.Columns.Count).Select(column => matrix.Values[place[row], column]).ToArray())]);
    }

    /// <summary>The mean of two tables of the same names.</summary>
    public static MatrixTable Mean(MatrixTable first, MatrixTable second) => first with
    {
        Values = [.. first.Values.Zip(second.Values, (a, b) => a.Zip(b, (x, y) => (x + y) / 2).ToArray())],
    };

    /// <summary>The table without the modules of the first and the last layer, as published networks leave out the outer layers.</summary>
    /// <returns>Null where no other layer is left.</returns>
    public MatrixTable? Inner()
    {
        int[] layers = [.. Columns.Select(name => int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture))];
        int[] inner = [.. Enumerable.Range(0, layers.Length).Where(column => layers[column] > 0 && layers[column] < layers.Max())];
        return inner.Length == 0 ? null : new MatrixTable(
            Rows, [.. inner.Select(column => Columns[column])], [.. Values.Select(row => inner.Select(column => row[column]).ToArray())]);
    }

    /// <summary>The matrix.</summary>
    public NamedMatrix Named() => Take(_ => true);

    /// <summary>The matrix of some rows.</summary>
    public NamedMatrix Take(Func<int, bool> isTaken)
    {
        int[] taken = [.. Enumerable.Range(0, Rows.Count).Where(isTaken)];
        var values = new double[taken.Length, Columns.Count];
        for (var i = 0; i < taken.Length; i++)
            for (var j = 0; j < Columns.Count; j++)
                values[i, j] = Values[taken[i]][j];
        return new NamedMatrix([.. taken.Select(row => Rows[row])], Columns, values);
    }
}
