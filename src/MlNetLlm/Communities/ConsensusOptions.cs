namespace MlNetLlm.Communities;

/// <summary>Which algorithm looks for communities.</summary>
public enum CommunityMethod
{
    /// <summary><see cref="Communities.Louvain"/>, as the paper uses.</summary>
    Louvain,

    /// <summary><see cref="Communities.Leiden"/>: connected communities, higher modularity.</summary>
    Leiden,
}

/// <summary>How the runs' partitions become one.</summary>
public enum ConsensusLinkage
{
    /// <summary>Average linkage on 1 − C, C_ii = 1; cut into the median number of communities.</summary>
    Dissimilarity,

    /// <summary>
    /// As the paper's code does it: rows of C with C_ii = 0 as points, Euclidean distances between them, cut into the mean number of
    /// communities, rounded down. Two nodes that every run puts together are then apart by √2.
    /// </summary>
    PublishedRows,
}

/// <summary>Repeated community detection and its consensus.</summary>
public sealed record ConsensusOptions : ICheckedOptions
{
    /// <summary>The algorithm.</summary>
    /// <value>Louvain.</value>
    public CommunityMethod Method { get; init; } = CommunityMethod.Louvain;

    /// <summary>Number of runs, at least 1.</summary>
    /// <value>100.</value>
    public int Runs { get; init; } = 100;

    /// <summary>Seed of the first run; the others count up from it.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>γ ≥ 0 of the modularity.</summary>
    /// <value>1.</value>
    public double Resolution { get; init; } = 1;

    /// <summary>How the runs become one partition.</summary>
    /// <value>Dissimilarity, the corrected form.</value>
    public ConsensusLinkage Linkage { get; init; } = ConsensusLinkage.Dissimilarity;

    /// <summary>Number of communities of the consensus; 0 = taken from the runs.</summary>
    /// <value>0.</value>
    public int Communities { get; init; }

    /// <summary>Most runs at once; 0 = as many as there are processors. The result does not depend on it.</summary>
    /// <value>0.</value>
    public int Threads { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Method))
            yield return $"Method is {Method}; expected {string.Join(", ", Enum.GetNames<CommunityMethod>())}.";
        if (!Enum.IsDefined(Linkage))
            yield return $"Linkage is {Linkage}; expected {string.Join(", ", Enum.GetNames<ConsensusLinkage>())}.";
        if (Runs < 1)
            yield return $"Runs is {Runs}; expected 1 or more.";
        if (!(Resolution >= 0 && double.IsFinite(Resolution)))
            yield return $"Resolution is {Resolution}; expected a finite number of 0 or more.";
        if (Communities < 0)
            yield return $"Communities is {Communities}; expected 0 (taken from the runs) or more.";
        if (Threads < 0)
            yield return $"Threads is {Threads}; expected 0 (all processors) or more.";
    }
}
