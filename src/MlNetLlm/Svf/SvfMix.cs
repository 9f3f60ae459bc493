namespace MlNetLlm.Svf;

/// <summary>
/// How experts are mixed: a coefficient α ≥ 0 an expert, the same for all matrices or one row a matrix (Transformer², section 3.2:
/// z' = Σ α_k z_k). Only the balance within a row matters; a row of zeros means the base weights.
/// </summary>
public sealed record SvfMix : ICheckedOptions
{
    /// <summary>Names of K experts, all different; <see cref="SvfExpertLibrary.Other"/> among them stands for the base weights.</summary>
    public required IReadOnlyList<string> Experts { get; init; }

    /// <summary>Matrices with a row of their own, in the order of <see cref="Alpha"/>.</summary>
    /// <value>Empty: one row for all matrices.</value>
    public IReadOnlyList<string> Matrices { get; init; } = [];

    /// <summary>α: one row, or one a matrix; K finite numbers of at least 0 each, in the order of <see cref="Experts"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Alpha { get; init; }

    /// <summary>One expert alone.</summary>
    public static SvfMix OneHot(string expert) => Of((expert, 1));

    /// <summary>All experts in equal parts.</summary>
    public static SvfMix Uniform(params IEnumerable<string> experts) => Of(experts.Select(expert => (expert, 1.0)));

    /// <summary>A point on the way from the second expert (0) to the first (1): α z₁ + (1 − α) z₂.</summary>
    /// <param name="first">The expert at α = 1.</param>
    /// <param name="second">The expert at α = 0.</param>
    /// <param name="alpha">From 0 to 1.</param>
    public static SvfMix Path(string first, string second, double alpha) => alpha is >= 0 and <= 1
        ? Of((first, alpha), (second, 1 - alpha))
        : throw new ArgumentException($"alpha is {alpha}; a path between two experts goes from 0 to 1.", nameof(alpha));

    /// <summary>The same coefficients for every matrix.</summary>
    public static SvfMix Of(params IEnumerable<(string Expert, double Alpha)> weights)
    {
        var all = weights.ToList();
        return new SvfMix { Experts = [.. all.Select(w => w.Expert)], Alpha = [[.. all.Select(w => w.Alpha)]] }.Validated();
    }

    /// <summary>Coefficients of its own for every matrix.</summary>
    /// <param name="experts">K names.</param>
    /// <param name="matrices">Names of the matrices; those left out stay as the base model has them.</param>
    /// <param name="alpha">K numbers a matrix.</param>
    public static SvfMix PerMatrix(
        IReadOnlyList<string> experts, IReadOnlyList<string> matrices, IReadOnlyList<IReadOnlyList<double>> alpha) =>
        matrices.Count > 0
            ? new SvfMix { Experts = experts, Matrices = matrices, Alpha = alpha }.Validated()
            : throw new ArgumentException("A mix per matrix names no matrix.", nameof(matrices));

    /// <summary>Every coefficient times a factor above 0: the same weights.</summary>
    public SvfMix Scaled(double factor) => factor > 0 && double.IsFinite(factor)
        ? this with { Alpha = [.. Alpha.Select(row => (IReadOnlyList<double>)[.. row.Select(a => a * factor)])] }
        : throw new ArgumentException($"factor is {factor}; expected a finite number above 0.", nameof(factor));

    /// <summary>
    /// Each expert's part, α_k / Σ α averaged over the rows; they sum to 1, or to less where rows are all 0 and mean the base weights.
    /// </summary>
    public IReadOnlyDictionary<string, double> Shares()
    {
        var sums = Alpha.Select(row => row.Sum()).ToList();
        return Experts.Select((name, k) => (name, Share: Alpha.Select((row, i) => sums[i] > 0 ? row[k] / sums[i] : 0).Average()))
            .ToDictionary(part => part.name, part => part.Share);
    }

    /// <summary>The coefficients of one matrix; null where it has none and stays as it is.</summary>
    internal IReadOnlyList<double>? Row(string matrix)
    {
        if (Matrices.Count == 0) return Alpha[0];
        for (var i = 0; i < Matrices.Count; i++)
            if (Matrices[i] == matrix) return Alpha[i];
        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (Experts.Concat(Matrices).Any(name => name is null) || Alpha.Any(row => row is null))   // a file can say so
        {
            yield return "It holds null in place of a name or a row.";
            yield break;
        }
        if (Experts.Count == 0) yield return "It names no expert.";
        foreach (var group in Experts.GroupBy(name => name).Where(group => group.Count() > 1))
            yield return $"It names expert '{group.Key}' {group.Count()} times.";
        foreach (var group in Matrices.GroupBy(name => name).Where(group => group.Count() > 1))
            yield return $"It names matrix '{group.Key}' {group.Count()} times.";
        var rows = Math.Max(1, Matrices.Count);
        if (Alpha.Count != rows) yield return $"Alpha has {Alpha.Count} rows; expected {rows}.";
        for (var i = 0; i < Alpha.Count; i++)
        {
            if (Alpha[i].Count != Experts.Count) yield return $"Row {i} of Alpha has {Alpha[i].Count} numbers for {Experts.Count} experts.";
            foreach (var bad in Alpha[i].Where(a => !(a >= 0) || !double.IsFinite(a)).Take(1))
                yield return $"Row {i} of Alpha holds {bad}; expected finite numbers of at least 0.";
        }
    }
}
