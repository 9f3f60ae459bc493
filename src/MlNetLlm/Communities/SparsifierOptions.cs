namespace MlNetLlm.Communities;

/// <summary>Random sparsification by effective resistance. The defaults are those of the published code.</summary>
public sealed record SparsifierOptions : ICheckedOptions
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

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (!(Alpha > 0 && double.IsFinite(Alpha)))
            yield return $"Alpha is {Alpha}; expected a finite number above 0.";
        if (!(Ridge >= 0 && double.IsFinite(Ridge)))
            yield return $"Ridge is {Ridge}; expected a finite number of 0 or more.";
        if (!(MinimumWeight >= 0 && double.IsFinite(MinimumWeight)))
            yield return $"MinimumWeight is {MinimumWeight}; expected a finite number of 0 or more.";
    }
}
