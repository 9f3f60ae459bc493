using System.Globalization;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// One SVF expert: a trained vector for every adapted matrix, with the factors it was trained on. Nearly equal singular values let another
/// decomposition rotate the basis, which would make the vectors meaningless, so the factors travel with them.
/// </summary>
public sealed class SvfExpert : ModelAdapter
{
    private readonly Dictionary<string, (Tensor Vector, SvfFactors Factors)> _matrices;

    internal SvfExpert(
        string baseFingerprint, SvfVariant variant, double maxMultiplier,
            IEnumerable<(string Name, Tensor Vector, SvfFactors Factors)> matrices)
        : base(baseFingerprint)
    {
        Variant = variant;
        MaxMultiplier = maxMultiplier;
        _matrices = matrices.ToDictionary(m => m.Name, m => (m.Vector, m.Factors));
        Matrices = [.. _matrices.Keys];
    }

    /// <inheritdoc/>
    public override string Kind => "svf";

    /// <summary>How the vectors become multipliers.</summary>
    public SvfVariant Variant { get; }

    /// <summary>M of the bounded variant.</summary>
    public double MaxMultiplier { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Matrices { get; }

    /// <inheritdoc/>
    public override long ParameterCount => _matrices.Values.Sum(m => m.Vector.numel());

    /// <summary>The effective multipliers z of a matrix's singular values, in their descending order.</summary>
    /// <exception cref="ArgumentException">The expert does not adapt a matrix of that name.</exception>
    public float[] Multipliers(string matrix)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (vector, factors) = Find(matrix);
        return SvfMath.Multipliers(vector, factors.Sigma, Variant, MaxMultiplier).data<float>().ToArray();
    }

    /// <summary>The trained vector of a matrix: p of the bounded variant or z of the free one, a number a singular component.</summary>
    /// <exception cref="ArgumentException">The expert does not adapt a matrix of that name.</exception>
    public float[] Vector(string matrix) => Find(matrix).Vector.data<float>().ToArray();

    /// <summary>An expert of given vectors on a base model's own decomposition.</summary>
    /// <param name="baseModel">The base model.</param>
    /// <param name="vectors">By matrix: p of the bounded variant or z of the free one, (min(out, in)), largest component first.</param>
    /// <param name="variant">How the vectors become multipliers.</param>
    /// <param name="maxMultiplier">M of the bounded variant, above 0.</param>
    /// <param name="decompositionCache">See <see cref="SvfOptions.DecompositionCache"/>.</param>
    /// <param name="cancellationToken">Stops the decomposition between two matrices.</param>
    /// <exception cref="ArgumentException">
    /// There is no vector, a matrix is unknown, or a vector has another length or holds a value that is not finite.
    /// </exception>
    public static SvfExpert Create(
        LanguageModel baseModel, IReadOnlyDictionary<string, float[]> vectors, SvfVariant variant = SvfVariant.Bounded,
        double maxMultiplier = 1, string? decompositionCache = null, CancellationToken cancellationToken = default)
    {
        if (vectors.Count == 0) throw new ArgumentException("An SVF expert needs the vector of one matrix at least.", nameof(vectors));
        if (!(maxMultiplier > 0) || !double.IsFinite(maxMultiplier))
            throw new ArgumentException($"maxMultiplier is {maxMultiplier}; expected above 0.", nameof(maxMultiplier));
        foreach (var unknown in vectors.Keys) _ = AdapterTargets.Find(baseModel.Module, unknown);
        var targets = baseModel.Module.Projections.Where(p => vectors.ContainsKey(p.Name)).ToList();
        foreach (var target in targets) RequireFit(target, vectors[target.Name]);
        var factors = SvfDecomposition.Of(baseModel, targets, decompositionCache, cancellationToken);
        return new SvfExpert(baseModel.Fingerprint, variant, maxMultiplier, targets.Select(target =>
            (target.Name, tensor(vectors[target.Name]).DetachFromDisposeScope(), factors[target.Name].Share())));
    }

    /// <summary>
    /// This expert on another base model: its vectors scale the other base's singular components in their order (Transformer², section
    /// 4.3, cross-model compatibility). Nothing says that component i of one model does what component i of the other does; measure it.
    /// </summary>
    /// <param name="otherBase">A model whose matrices of the same names have the same shapes.</param>
    /// <param name="decompositionCache">See <see cref="SvfOptions.DecompositionCache"/>.</param>
    /// <param name="cancellationToken">Stops the decomposition between two matrices.</param>
    /// <exception cref="ArgumentException">The other model lacks a matrix, or it has another shape; all such are counted.</exception>
    public SvfExpert TransferTo(
        LanguageModel otherBase, string? decompositionCache = null, CancellationToken cancellationToken = default)
    {
        var faults = Misfits(otherBase.Module);
        if (faults.Count > 0)
        {
            throw new ArgumentException(
                $"The SVF expert does not fit the other model in {faults.Count} of {_matrices.Count} matrices: {faults[0]}. "
                + "Only models of the same shapes can share experts.", nameof(otherBase));
        }
        return Create(
            otherBase, Matrices.ToDictionary(name => name, Vector), Variant, MaxMultiplier, decompositionCache, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (vector, factors) in _matrices.Values)
        {
            vector.Dispose();
            factors.Dispose();
        }
    }

    private protected override Tensor AdaptedWeight(Projection projection)
    {
        using var scope = NewDisposeScope();
        var (vector, (u, sigma, vt)) = Find(projection.Name);
        var shape = projection.Weight.shape;
        if (u.shape[0] != shape[0] || vt.shape[1] != shape[1] || vector.shape[0] != sigma.shape[0])
        {
            throw new InvalidDataException(
                $"SVF expert has {vector.shape[0]} multipliers and factors of a {u.shape[0]} x {vt.shape[1]} matrix for "
                + $"'{projection.Name}', the model's is {shape[0]} x {shape[1]}. Load it with the model it was trained on.");
        }
        var z = SvfMath.Multipliers(vector, sigma, Variant, MaxMultiplier);
        return SvfMath.Materialise(u, sigma * z, vt).MoveToOuterDisposeScope();
    }

    /// <summary>The decomposition of a matrix; owned by the expert.</summary>
    internal SvfFactors Factors(string matrix) => Find(matrix).Factors;

    /// <summary>The trained vector of a matrix; owned by the expert.</summary>
    internal Tensor Trained(string matrix) => Find(matrix).Vector;

    internal override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["variant"] = $"{Variant}",
        ["maxMultiplier"] = MaxMultiplier.ToString("R", CultureInfo.InvariantCulture),
    };

    internal override IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        _matrices.SelectMany(m => m.Value.Factors.Named(m.Key).Prepend(($"{m.Key}.multipliers", m.Value.Vector)));

    /// <summary>Rebuilds an expert from its file.</summary>
    /// <param name="baseFingerprint">The base model it belongs to.</param>
    /// <param name="settings">What <see cref="Settings"/> and <see cref="Tensors"/> wrote; the tensors are taken over.</param>
    internal static SvfExpert Restore(string baseFingerprint, AdapterSettings settings)
    {
        var matrices = settings.NamesEndingIn(".multipliers").Select(matrix =>
        {
            var factors = new SvfFactors(settings.Tensor($"{matrix}.u"), settings.Tensor($"{matrix}.sigma"),
                settings.Tensor($"{matrix}.vt"));
            return (matrix, settings.Tensor($"{matrix}.multipliers"), factors);
        });
        return new SvfExpert(baseFingerprint, settings.Enum<SvfVariant>("variant"), settings.Number("maxMultiplier"), matrices);
    }

    private static void RequireFit(Projection target, float[] vector)
    {
        var rank = Math.Min(target.OutputWidth, target.InputWidth);
        if (vector.Length != rank)
            throw new ArgumentException($"The vector of '{target.Name}' has {vector.Length} numbers, the matrix {rank} singular values.");
        var bad = Array.FindIndex(vector, value => !float.IsFinite(value));
        if (bad >= 0)
            throw new ArgumentException($"The vector of '{target.Name}' is {vector[bad]} at {bad}; expected finite numbers.");
    }

    /// <summary>What of this expert does not fit a model, matrix by matrix.</summary>
    internal IReadOnlyList<string> Misfits(TransformerModel model)
    {
        var others = model.Projections.ToDictionary(p => p.Name);
        return [.. _matrices.Select(m => Misfit(m.Key, m.Value.Factors, others.GetValueOrDefault(m.Key))).OfType<string>()];
    }

    private static string? Misfit(string name, SvfFactors factors, Projection? other)
    {
        var (rows, columns) = (factors.U.shape[0], factors.Vt.shape[1]);
        if (other is null) return $"it has no '{name}'";
        return other.OutputWidth == rows && other.InputWidth == columns
            ? null
            : $"'{name}' is {other.OutputWidth} x {other.InputWidth} there and {rows} x {columns} here";
    }

    private (Tensor Vector, SvfFactors Factors) Find(string matrix) =>
        _matrices.TryGetValue(matrix, out var found)
            ? found
            : throw new ArgumentException($"This SVF expert does not adapt '{matrix}'; it adapts {string.Join(", ", Matrices.Take(5))}, …");
}
