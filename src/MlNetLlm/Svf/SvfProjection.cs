using MlNetLlm.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>The trainable SVF adapter of one matrix: frozen U, σ, Vᵀ and the trained vector.</summary>
internal sealed class SvfProjection : IProjectionAdapter
{
    private readonly SvfVariant _variant;
    private readonly double _maxMultiplier;
    private readonly SvfForward _forward;
    private readonly bool _owns;

    /// <param name="factors">The matrix's decomposition.</param>
    /// <param name="start">The trained vector's start (r); taken over.</param>
    /// <param name="options">Variant, bound and forward form.</param>
    /// <param name="owns">Whether the decomposition is disposed of with this, such as a copy on another device.</param>
    public SvfProjection(SvfFactors factors, Tensor start, ISvfSettings options, bool owns = false)
    {
        (Factors, _owns) = (factors, owns);
        _variant = options.Variant;
        _maxMultiplier = options.MaxMultiplier;
        _forward = options.Forward;
        Vector = new Parameter(start);
        Vector.DetachFromDisposeScope();
    }

    /// <summary>The matrix's decomposition.</summary>
    public SvfFactors Factors { get; }

    /// <summary>p of the bounded variant or z of the free one (r).</summary>
    public Parameter Vector { get; }

    public IEnumerable<(string Name, Parameter Parameter)> Parameters => [("multipliers", Vector)];

    public Tensor Apply(Projection projection, Tensor input)
    {
        var (u, sigma, vt) = (Factors.U, Factors.Sigma, Factors.Vt);
        var scaled = sigma * Multipliers();
        var tokens = input.numel() / input.shape[^1];
        var factored = _forward == SvfForward.Auto ? SvfMath.FactoredIsCheaper(tokens, u.shape[0], vt.shape[1])
            : _forward == SvfForward.Factored;
        var output = factored
            ? SvfMath.ApplyFactored(input, u, scaled, vt)
            : nn.functional.linear(input, SvfMath.Materialise(u, scaled, vt));
        return projection.Bias is null ? output : output + projection.Bias;
    }

    public Tensor Merge(Projection projection)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return SvfMath.Materialise(Factors.U, Factors.Sigma * Multipliers(), Factors.Vt).MoveToOuterDisposeScope();
    }

    /// <summary>The effective multipliers z (r).</summary>
    public Tensor Multipliers() => SvfMath.Multipliers(Vector, Factors.Sigma, _variant, _maxMultiplier);

    public void Dispose()
    {
        Vector.Dispose();
        if (_owns) Factors.Dispose();
    }
}
