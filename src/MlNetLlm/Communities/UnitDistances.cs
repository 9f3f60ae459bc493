namespace MlNetLlm.Communities;

/// <summary>Squared distances summed over units of objects: all that a permutation of whole units needs.</summary>
internal sealed class UnitDistances
{
    private readonly double[,] _squares;     // (units, units): Σ d² over pairs of objects, each pair once
    private readonly int[] _sizes;           // (units): number of objects
    private readonly double[] _inside;       // (groups): Σ d² inside the group, of the labels at hand
    private readonly int[] _members;         // (groups): n_g, of the labels at hand
    private readonly double _total;          // SS_T

    public UnitDistances(double[,] distances, Partition groups, Partition units)
    {
        ArgumentNullException.ThrowIfNull(distances);
        var n = distances.GetLength(0);
        if (distances.GetLength(1) != n)
            throw new ArgumentException($"Distances are a square matrix; this one is {n} × {distances.GetLength(1)}.", nameof(distances));
        Partition.CheckFits(groups, n, "data");
        Partition.CheckFits(units, n, "data");
        Labels = LabelsOf(units, groups);
        if (groups.Count < 2 || groups.Count >= units.Count)
        {
            throw new ArgumentException(
                $"F compares 2 groups or more, fewer than the units that permutations move; here are {groups.Count} groups of "
                + $"{units.Count} units. Put more units into a group, or join groups.");
        }

        (_sizes, _squares) = (units.Sizes(), new double[units.Count, units.Count]);
        (_inside, _members) = (new double[groups.Count], new int[groups.Count]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var square = distances[i, j] * distances[i, j];
                if (!double.IsFinite(square))
                    throw new ArgumentException($"The distance between objects {j} and {i} is {distances[i, j]}; F needs finite ones.");
                _squares[Math.Max(units[i], units[j]), Math.Min(units[i], units[j])] += square;
                _total += square / n;
            }
        }
    }

    /// <summary>(units): the group of every unit.</summary>
    public int[] Labels { get; }

    /// <summary>(units): the group of every unit.</summary>
    /// <exception cref="ArgumentException">A unit stands in two groups.</exception>
    public static int[] LabelsOf(Partition units, Partition groups) => [.. units.Groups().Select(unit => OnlyGroup(unit, groups))];

    /// <summary>F with the units labelled so; one call at a time.</summary>
    public double F(int[] labels)
    {
        Array.Clear(_inside);
        Array.Clear(_members);
        var n = 0;
        for (var a = 0; a < labels.Length; a++)
        {
            n += _sizes[a];
            _members[labels[a]] += _sizes[a];
            for (var b = 0; b <= a; b++)
            {
                if (labels[a] == labels[b])
                    _inside[labels[a]] += _squares[a, b];
            }
        }

        var within = 0.0;
        for (var g = 0; g < _inside.Length; g++)
            within += _inside[g] / _members[g];
        if (within <= 1e-14 * _total)
            return _total == 0 ? 0 : double.PositiveInfinity;
        return (_total - within) / (_inside.Length - 1) / (within / (n - _inside.Length));
    }

    private static int OnlyGroup(int[] unit, Partition groups)
    {
        foreach (var member in unit)
        {
            if (groups[member] != groups[unit[0]])
            {
                throw new ArgumentException(
                    $"Objects {unit[0]} and {member} form one unit but stand in two groups; units are exchanged whole. Split the unit.");
            }
        }

        return groups[unit[0]];
    }
}
