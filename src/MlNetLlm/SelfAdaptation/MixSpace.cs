using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// The points a search over mixes goes through: [0, 1]ⁿ, n = K for one coefficient an expert, K times the number of matrices for one an
/// expert and matrix (288 for three experts on the paper's largest setting). As only the balance counts, a row has K − 1 degrees of
/// freedom.
/// </summary>
public sealed class MixSpace
{
    private readonly IReadOnlyList<string> _matrices;

    /// <summary>Describes a space.</summary>
    /// <param name="library">The experts.</param>
    /// <param name="experts">Names of those to mix; empty = all.</param>
    /// <param name="perMatrix">A coefficient for each expert and matrix, or one for each expert.</param>
    /// <exception cref="ArgumentException">An expert is not in the library, or there is none.</exception>
    public MixSpace(SvfExpertLibrary library, IReadOnlyList<string> experts, bool perMatrix)
    {
        ArgumentNullException.ThrowIfNull(library);
        Experts = experts.Count > 0 ? experts : library.Names;
        library.Require(SvfMix.Uniform(Experts));
        var adapted = Experts.Where(library.Contains).SelectMany(name => library[name].Matrices).ToHashSet();
        _matrices = perMatrix ? [.. library.Matrices.Where(adapted.Contains)] : [];
        Names = perMatrix ? [.. _matrices.SelectMany(matrix => Experts.Select(expert => $"{expert}@{matrix}"))] : Experts;
    }

    /// <summary>Names of the K experts.</summary>
    public IReadOnlyList<string> Experts { get; }

    /// <summary>n.</summary>
    public int Dimensions => Names.Count;

    /// <summary>The coordinates' names: expert, or expert@matrix, matrix by matrix.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The mix at a point.</summary>
    /// <param name="point">n numbers of at least 0, in the order of <see cref="Names"/>.</param>
    public SvfMix MixOf(IReadOnlyList<double> point)
    {
        if (point.Count != Dimensions)
            throw new ArgumentException($"A point has {point.Count} numbers; this space has {Dimensions} dimensions.", nameof(point));
        var rows = point.Chunk(Experts.Count).Select(row => (IReadOnlyList<double>)row).ToList();
        return _matrices.Count == 0 ? SvfMix.Of(Experts.Zip(point)) : SvfMix.PerMatrix(Experts, _matrices, rows);
    }
}
