namespace MlNetLlm.Communities;

/// <summary>Which skills a community of modules serves, and which data sets fit it, as published.</summary>
public static class SkillContent
{
    /// <summary>Keeps the logarithm of the divergence finite.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>Counts, for every edge (self-loops too) inside a community, the skills joined to both of its ends.</summary>
    /// <remarks>Edges share nodes, so the counts are not independent: no test on them is valid (<see cref="ChiSquare"/>).</remarks>
    /// <param name="modules">The modules network.</param>
    /// <param name="communities">Its communities.</param>
    /// <param name="skillsByModules">(skills, modules): joined where above 0; modules numbered as in the network.</param>
    /// <returns>(communities, skills).</returns>
    public static double[,] Counts(WeightedGraph modules, Partition communities, double[,] skillsByModules)
    {
        Partition.CheckFits(communities, modules.NodeCount);
        var (skills, columns) = Scaling.Shape(skillsByModules);
        if (columns != modules.NodeCount)
            throw new ArgumentException($"The matrix has {columns} modules, the network {modules.NodeCount}; both list the same ones.");
        var counts = new double[communities.Count, skills];
        foreach (var (source, target, _) in modules.Edges())
        {
            for (var s = 0; s < skills && communities[source] == communities[target]; s++)
                counts[communities[source], s] += skillsByModules[s, source] > 0 && skillsByModules[s, target] > 0 ? 1 : 0;
        }

        return counts;
    }

    /// <summary>Ranks data sets by KL(q_d ‖ p) = Σ q ln((q + ε)/(p + ε)), ε = 1e-8, the best fitting first.</summary>
    /// <param name="content">(skills): a community's counts; p is their shares.</param>
    /// <param name="dataSets">(data sets, skills), not negative; q_d is a row's shares.</param>
    /// <returns>Data sets with their divergence, rising; ties by number.</returns>
    public static (int DataSet, double Divergence)[] RankDataSets(IReadOnlyList<double> content, double[,] dataSets)
    {
        var shares = Scaling.RowShares(dataSets);
        var total = content.Sum();
        if (content.Count != shares.GetLength(1))
            throw new ArgumentException($"The content lists {content.Count} skills, the data sets {shares.GetLength(1)}.");
        double Divergence(int d)
        {
            var sum = 0.0;
            for (var s = 0; s < content.Count; s++)
            {
                var (q, p) = (shares[d, s], total > 0 ? content[s] / total : 0);
                sum += q * Math.Log((q + Epsilon) / (p + Epsilon));
            }

            return sum;
        }

        return [.. Enumerable.Range(0, shares.GetLength(0)).Select(d => (d, Divergence(d))).OrderBy(pair => pair.Item2)];
    }
}
