using MathNet.Numerics;
using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>
/// Distance-based F: is the spread between groups larger than inside them? With Euclidean distances between rows it is the
/// multivariate analysis of variance of the rows, with other distances Anderson's PERMANOVA (2001).
/// </summary>
/// <remarks>
/// F = [SS_B/(g − 1)] / [SS_W/(n − g)],  SS_T = Σ_{i&lt;j} d²_ij / n,  SS_W = Σ_groups Σ_{i&lt;j inside} d²_ij / n_g,  SS_B = SS_T − SS_W;
/// for rows SS_B = Σ_g n_g ‖mean_g − mean‖². Objects that belong together, such as the variants of one skill, form a unit; permutations
/// exchange the labels of whole units.
/// </remarks>
public static class PseudoF
{
    /// <summary>F of rows in groups.</summary>
    /// <param name="rows">(objects, values).</param>
    /// <param name="groups">A group for every object: at least two, and fewer than objects.</param>
    /// <returns>Infinity when the groups differ and are each all alike; 0 when all rows are equal.</returns>
    public static double OfRows(double[,] rows, Partition groups) => OfDistances(Euclidean(rows), groups);

    /// <summary>F of objects in groups, from the distances between them.</summary>
    public static double OfDistances(double[,] distances, Partition groups)
    {
        var table = new UnitDistances(distances, groups, Partition.Singletons(groups.NodeCount));
        return table.F(table.Labels);
    }

    /// <summary>Permutation test of F over rows.</summary>
    /// <param name="rows">(objects, values).</param>
    /// <param name="groups">A group for every object.</param>
    /// <param name="seed">Of the permutations.</param>
    /// <param name="permutations">Number of permutations.</param>
    /// <param name="units">The unit of every object, each inside one group; none = every object by itself.</param>
    /// <param name="cancellationToken">Looked at between permutations.</param>
    public static PermutationTest TestRows(
        double[,] rows,
        Partition groups,
        int seed,
        int permutations = 9999,
        Partition? units = null,
        CancellationToken cancellationToken = default)
        => TestDistances(Euclidean(rows), groups, seed, permutations, units, cancellationToken);

    /// <summary>Permutation test of F from distances (PERMANOVA).</summary>
    /// <param name="distances">(objects, objects), symmetric.</param>
    /// <param name="groups">A group for every object.</param>
    /// <param name="seed">Of the permutations.</param>
    /// <param name="permutations">Number of permutations.</param>
    /// <param name="units">The unit of every object, each inside one group; none = every object by itself.</param>
    /// <param name="cancellationToken">Looked at between permutations.</param>
    public static PermutationTest TestDistances(
        double[,] distances,
        Partition groups,
        int seed,
        int permutations = 9999,
        Partition? units = null,
        CancellationToken cancellationToken = default)
    {
        var table = new UnitDistances(distances, groups, units ?? Partition.Singletons(groups.NodeCount));
        var (random, labels) = (new RandomStream(seed, "permutations"), table.Labels.ToArray());
        return PermutationTest.Run(table.F(labels), permutations, () =>
        {
            random.Shuffle(labels.AsSpan());
            return table.F(labels);
        }, cancellationToken);
    }

    /// <summary>
    /// Permutation test of F over rows whose labels change places inside blocks only, such as the variants of one skill: what differs
    /// between blocks then says nothing about the groups.
    /// </summary>
    /// <param name="rows">(objects, values).</param>
    /// <param name="groups">A group for every object.</param>
    /// <param name="blocks">A block for every object; one whose objects are all of one group changes nothing.</param>
    /// <param name="seed">Of the permutations.</param>
    /// <param name="permutations">Number of permutations.</param>
    /// <param name="cancellationToken">Looked at between permutations.</param>
    public static PermutationTest TestRowsWithin(
        double[,] rows,
        Partition groups,
        Partition blocks,
        int seed,
        int permutations = 9999,
        CancellationToken cancellationToken = default)
    {
        var table = new UnitDistances(Euclidean(rows), groups, Partition.Singletons(groups.NodeCount));
        Partition.CheckFits(blocks, groups.NodeCount, "data");
        var (random, labels, members) = (new RandomStream(seed, "permutations"), groups.Labels.ToArray(), blocks.Groups());
        return PermutationTest.Run(table.F(labels), permutations, () =>
        {
            foreach (var block in members)
            {
                int[] own = [.. block.Select(member => labels[member])];
                random.Shuffle(own.AsSpan());
                for (var i = 0; i < own.Length; i++)
                    labels[block[i]] = own[i];
            }

            return table.F(labels);
        }, cancellationToken);
    }

    /// <summary>
    /// How many splits of the units into groups of these sizes there are: n! / Π n_g!, over the orders of groups of one size, which all
    /// give the same F. No permutation test of F can have a p-value below one over this number.
    /// </summary>
    /// <param name="groups">A group for every object.</param>
    /// <param name="units">The unit of every object, each inside one group; none = every object by itself.</param>
    public static double Splits(Partition groups, Partition? units = null)
    {
        var labels = UnitDistances.LabelsOf(units ?? Partition.Singletons(groups.NodeCount), groups);
        int[] sizes = [.. labels.CountBy(label => label).Select(group => group.Value)];
        var (splits, left) = (1.0, labels.Length);
        foreach (var size in sizes)
        {
            splits *= SpecialFunctions.Binomial(left, size);
            left -= size;
        }

        return Math.Round(sizes.CountBy(size => size).Aggregate(splits, (all, alike) => all / SpecialFunctions.Factorial(alike.Value)));
    }

    /// <summary>Euclidean distances between rows.</summary>
    /// <param name="rows">(objects, values).</param>
    /// <returns>(objects, objects).</returns>
    public static double[,] Euclidean(double[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (n, width) = (rows.GetLength(0), rows.GetLength(1));
        var distances = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < width; k++)
                    sum += (rows[i, k] - rows[j, k]) * (rows[i, k] - rows[j, k]);
                distances[i, j] = distances[j, i] = Math.Sqrt(sum);
            }
        }

        return distances;
    }
}
