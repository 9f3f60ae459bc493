using MathNet.Numerics.LinearAlgebra;

namespace MlNetLlm.Communities;

/// <summary>
/// Effective resistance: the voltage between two nodes when a unit current flows from one to the other and every edge of weight w is
/// a resistor of 1/w. Low where many short ways lead from one node to the other.
/// </summary>
public static class EffectiveResistance
{
    /// <summary>R_ij = L⁻¹_ii − 2 L⁻¹_ij + L⁻¹_jj for all pairs. Dense: O(nodes³) time.</summary>
    /// <param name="graph">The graph; self-loops carry no current.</param>
    /// <param name="ridge">
    /// Added to the Laplacian's diagonal, as the published code does with 1e-5; 0 gives the exact resistances, through L + J/n on every
    /// connected component (J all ones), and infinity between components.
    /// </param>
    /// <returns>(nodes, nodes), 0 on the diagonal.</returns>
    public static double[,] Between(WeightedGraph graph, double ridge = 0)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!(ridge >= 0 && double.IsFinite(ridge)))
            throw new ArgumentException($"The ridge is {ridge}; it is finite and not negative (0 = exact).", nameof(ridge));
        var resistances = new double[graph.NodeCount, graph.NodeCount];
        var diagonal = new double[graph.NodeCount];                          // L⁻¹_ii
        var component = graph.Components();
        foreach (var members in component.Groups())
        {
            var inverse = Inverse(graph, members, ridge);
            for (var a = 0; a < members.Length; a++)
            {
                diagonal[members[a]] = inverse[a, a];
                for (var b = 0; b < a; b++)
                {
                    var resistance = inverse[a, a] - 2 * inverse[a, b] + inverse[b, b];
                    resistances[members[a], members[b]] = resistances[members[b], members[a]] = resistance;
                }
            }
        }

        for (var i = 0; i < graph.NodeCount; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (component[i] != component[j])
                    resistances[i, j] = resistances[j, i] = ridge > 0 ? diagonal[i] + diagonal[j] : double.PositiveInfinity;
            }
        }

        return resistances;
    }

    /// <summary>
    /// The inverse of one component's Laplacian, made regular by the ridge, or by s·J/n with s the mean strength, which leaves R as it
    /// is.
    /// </summary>
    private static Matrix<double> Inverse(WeightedGraph graph, int[] members, double ridge)
    {
        var n = members.Length;
        if (n == 1)
            return Matrix<double>.Build.Dense(1, 1, ridge > 0 ? 1 / ridge : 0);
        var laplacian = Matrix<double>.Build.Dense(n, n);
        for (var a = 0; a < n; a++)
        {
            var neighbours = graph.Neighbours(members[a]);
            var weights = graph.Weights(members[a]);
            for (var i = 0; i < neighbours.Length; i++)
            {
                laplacian[a, Array.BinarySearch(members, neighbours[i])] = -weights[i];
                laplacian[a, a] += weights[i];
            }
        }

        var level = laplacian.Diagonal().Sum() / ((double)n * n);            // s / n
        for (var a = 0; a < n && ridge > 0; a++)
            laplacian[a, a] += ridge;
        if (ridge == 0)
            laplacian.MapInplace(value => value + level, Zeros.Include);
        return laplacian.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(n));
    }
}
