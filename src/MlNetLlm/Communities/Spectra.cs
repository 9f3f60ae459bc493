using MathNet.Numerics.LinearAlgebra;

namespace MlNetLlm.Communities;

/// <summary>Eigenvalues of the matrices that tell about communities. Dense: meant for some hundred to a few thousand nodes.</summary>
/// <remarks>
/// A is the weight matrix with A_ii = 2 · loop, D the diagonal of the strengths, so that rows of A sum to D.
/// The Laplacian therefore does not see loops; the normalised one does.
/// </remarks>
public static class Spectra
{
    /// <summary>Eigenvalues of A, highest first.</summary>
    public static double[] Adjacency(WeightedGraph graph) => Descending(AdjacencyMatrix(graph));

    /// <summary>Eigenvalues of L = D − A, lowest first; as many are 0 as the graph has components.</summary>
    public static double[] Laplacian(WeightedGraph graph)
    {
        var matrix = AdjacencyMatrix(graph).Negate();
        for (var i = 0; i < graph.NodeCount; i++)
            matrix[i, i] += graph.Strength(i);
        return Ascending(matrix);
    }

    /// <summary>Eigenvalues of I − D^(−1/2) A D^(−1/2), lowest first, in 0 … 2; a node without edges gives a 0.</summary>
    public static double[] NormalisedLaplacian(WeightedGraph graph)
    {
        var scale = Enumerable.Range(0, graph.NodeCount).Select(graph.Strength).Select(s => s > 0 ? 1 / Math.Sqrt(s) : 0).ToArray();
        var matrix = AdjacencyMatrix(graph);
        matrix.MapIndexedInplace((i, j, a) => (i == j && scale[i] > 0 ? 1 : 0) - scale[i] * a * scale[j], Zeros.Include);
        return Ascending(matrix);
    }

    /// <summary>Eigenvalues of the modularity matrix A − γ k kᵀ / 2m, highest first. Those above chance count communities.</summary>
    public static double[] ModularityMatrix(WeightedGraph graph, double resolution = 1)
    {
        Modularity.CheckResolution(resolution);
        var matrix = AdjacencyMatrix(graph);
        var perPair = graph.TotalWeight > 0 ? resolution / (2 * graph.TotalWeight) : 0;
        matrix.MapIndexedInplace((i, j, a) => a - perPair * graph.Strength(i) * graph.Strength(j), Zeros.Include);
        return Descending(matrix);
    }

    /// <summary>
    /// Eigenvalues of BᵀB, highest first: the published spectrum of the modules network. At most min(rows, columns) are above 0.
    /// </summary>
    /// <param name="b">(rows, columns).</param>
    /// <returns>(columns).</returns>
    public static double[] Gram(double[,] b)
    {
        ArgumentNullException.ThrowIfNull(b);
        var matrix = Matrix<double>.Build.DenseOfArray(b);
        return Descending(matrix.TransposeThisAndMultiply(matrix));
    }

    /// <summary>Every eigenvalue's share of their sum.</summary>
    public static double[] Shares(IReadOnlyList<double> eigenvalues)
    {
        var sum = eigenvalues.Sum();
        return [.. eigenvalues.Select(value => sum == 0 ? 0 : value / sum)];
    }

    /// <summary>The widest gap between neighbouring eigenvalues: how many stand before it, and how wide it is.</summary>
    /// <param name="eigenvalues">In order, rising or falling.</param>
    /// <param name="most">Look at gaps after the first … this many values only; 0 = half of all.</param>
    public static (int Before, double Width) WidestGap(IReadOnlyList<double> eigenvalues, int most = 0)
    {
        var last = Math.Min(most > 0 ? most : Math.Max(1, eigenvalues.Count / 2), eigenvalues.Count - 1);
        var widest = (Before: 0, Width: 0.0);
        for (var i = 1; i <= last; i++)
        {
            var width = Math.Abs(eigenvalues[i] - eigenvalues[i - 1]);
            if (width > widest.Width)
                widest = (i, width);
        }

        return widest;
    }

    internal static Matrix<double> AdjacencyMatrix(WeightedGraph graph)
    {
        var matrix = Matrix<double>.Build.Dense(graph.NodeCount, graph.NodeCount);
        foreach (var (source, target, weight) in graph.Edges())
            matrix[source, target] = matrix[target, source] = source == target ? 2 * weight : weight;
        return matrix;
    }

    private static double[] Ascending(Matrix<double> symmetric)
        => symmetric.RowCount == 0 ? [] : [.. symmetric.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order()];

    private static double[] Descending(Matrix<double> symmetric) => [.. Ascending(symmetric).Reverse()];
}
