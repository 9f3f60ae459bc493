namespace MlNetLlm.Communities;

/// <summary>Random sparsification by effective resistance. The defaults are those of the published code.</summary>
public sealed record SparsifierOptions
{
    /// <summary>α &gt; 0: an edge is kept with p = min(1, α R (s_i + s_j)), s the strengths of its ends.</summary>
    /// <value>0.01.</value>
    public double Alpha { get; init; } = 0.01;

    /// <summary>Added to the Laplacian's diagonal; 0 = exact resistances.</summary>
    /// <value>1e-5.</value>
    public double Ridge { get; init; } = 1e-5;

    /// <summary>
    /// Draw twice an edge, once in each direction, as the published code does: it is then kept with 1 − (1 − p)², but still
    /// weighs w / p, up to twice too much on average. False draws once, which keeps every weight on average.
    /// </summary>
    /// <value>True.</value>
    public bool DrawTwice { get; init; } = true;

    /// <summary>Edges that weigh no more than this afterwards are dropped.</summary>
    /// <value>5e-5.</value>
    public double MinimumWeight { get; init; } = 5e-5;

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">Lists every fault.</exception>
    public SparsifierOptions Validated()
    {
        var faults = new List<string>();
        if (!(Alpha > 0 && double.IsFinite(Alpha)))
            faults.Add($"Alpha is {Alpha}; finite and above 0");
        if (!(Ridge >= 0 && double.IsFinite(Ridge)))
            faults.Add($"Ridge is {Ridge}; finite and not negative");
        if (!(MinimumWeight >= 0 && double.IsFinite(MinimumWeight)))
            faults.Add($"MinimumWeight is {MinimumWeight}; finite and not negative");
        return faults.Count == 0 ? this : throw new ArgumentException($"Sparsifier options: {string.Join("; ", faults)}.");
    }
}
