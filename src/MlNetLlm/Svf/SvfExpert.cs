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
                $"SVF expert has {vector.shape[0]} multipliers and factors of a {u.shape[0]} x {vt.shape[1]} matrix for '{projection.Name}', "
                + $"the model's is {shape[0]} x {shape[1]}. Load it with the model it was trained on.");
        }
        var z = SvfMath.Multipliers(vector, sigma, Variant, MaxMultiplier);
        return SvfMath.Materialise(u, sigma * z, vt).MoveToOuterDisposeScope();
    }

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

    private (Tensor Vector, SvfFactors Factors) Find(string matrix) =>
        _matrices.TryGetValue(matrix, out var found)
            ? found
            : throw new ArgumentException($"This SVF expert does not adapt '{matrix}'; it adapts {string.Join(", ", Matrices.Take(5))}, …");
}
