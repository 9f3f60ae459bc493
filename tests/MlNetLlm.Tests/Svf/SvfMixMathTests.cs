using MlNetLlm.Svf;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfMixMathTests
{
    private DisposeScope _scope = null!;
    private Generator _random = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        _random = new Generator(7);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    [Test]
    public void Blend_WithTheShares_IsTheRenormalisedMixOfMultipliers([Values(1.0, 0.25)] double scale)
    {
        // W'(α) = (Σσ / Σ(σ ⊙ m)) U diag(σ ⊙ m) Vᵀ with m = Σ α_k sigmoid(p_k), in double and by the definition.
        double[] alpha = [0.7 * scale, 0, 0.4 * scale];
        var (u, sigma, vt) = SvfMath.Factor(randn(9, 6, generator: _random));
        var p = Enumerable.Range(0, 3).Select(_ => 2 * randn(6, generator: _random)).ToList();
        var m = alpha.Select((a, k) => a * sigmoid(p[k].to(float64))).Aggregate((x, y) => x + y);
        var s = sigma.to(float64);
        var expected = SvfMath.Materialise(u.to(float64), s * m * (s.sum() / (s * m).sum()), vt.to(float64));

        var parts = p.Select(one => SvfMath.Materialise(u, sigma * SvfMath.BoundedMultipliers(one, sigma, 1), vt)).ToList();
        var (shares, rest) = SvfMixMath.Shares(alpha, [.. p.Select(one => (double?)SvfMixMath.Mass(one, sigma, SvfVariant.Bounded))]);
        var mixed = empty(9, 6);
        SvfMixMath.Blend(mixed, [.. parts.Zip(shares)]);

        Assert.That(rest, Is.Zero);
        Assert.That(shares.Sum(), Is.EqualTo(1).Within(1e-15));
        Assert.That((mixed.to(float64) - expected).abs().max().item<double>(), Is.LessThan(1e-6));
    }

    [Test]
    public void Mass_OfAConstantVector_IsItsSigmoid_AndOfTheFreeVariantOne()
    {
        var sigma = rand(5, generator: _random) + 0.1;
        Assert.That(SvfMixMath.Mass(full(5, 0.1), sigma, SvfVariant.Bounded), Is.EqualTo(1 / (1 + Math.Exp(-0.1))).Within(1e-7));
        Assert.That(SvfMixMath.Mass(full(5, 0.1), sigma, SvfVariant.Free), Is.EqualTo(1));
    }

    [TestCase(0.0)]
    [TestCase(1e-300)]
    [TestCase(3.0)]
    public void Shares_OfAOneHotRow_AreExact(double alpha)
    {
        var (shares, rest) = SvfMixMath.Shares([0, alpha, 0], [0.3, 0.7, 0.5]);
        Assert.That((shares, rest), Is.EqualTo(alpha > 0 ? (new double[] { 0, 1, 0 }, 0.0) : (new double[3], 1.0)));
    }

    [Test]
    public void Shares_OfAnExpertWithoutTheMatrix_GoToTheBaseWithTheMeanMass()
    {
        var (shares, rest) = SvfMixMath.Shares([1, 1, 2], [0.2, 0.6, null]);   // mean mass 0.4
        Assert.That(shares, Is.EqualTo(new[] { 0.2 / 1.6, 0.6 / 1.6, 0 }).Within(1e-15));
        Assert.That(rest, Is.EqualTo(0.8 / 1.6).Within(1e-15));
        Assert.That(SvfMixMath.Shares([1, 1], [null, null]), Is.EqualTo((new double[2], 1.0)));
    }

    [Test]
    public void Blend_OfOnePart_CopiesItsBits()
    {
        var weight = randn(4, 3, generator: _random);
        var target = randn(4, 3, generator: _random);
        SvfMixMath.Blend(target, [(weight, 1)]);
        Assert.That(target.bytes.ToArray(), Is.EqualTo(weight.bytes.ToArray()));
    }

    [Test]
    public void Blend_InOnePass_IsWhatOperatorsGive()
    {
        // A transposed target cannot be read in place and goes through operators; 50,000 numbers are more than one piece.
        var parts = new[] { 0.5, 0.2, 0.3 }.Select(share => (randn(500, 100, generator: _random), share)).ToList();
        var (whole, turned) = (empty(500, 100), empty(100, 500).t());
        SvfMixMath.Blend(whole, parts);
        SvfMixMath.Blend(turned, parts);
        Assert.That((whole - turned).abs().max().item<float>(), Is.LessThan(1e-6));
        Assert.That((whole - parts.Select(p => p.Item1 * p.share).Aggregate((a, b) => a + b)).abs().max().item<float>(), Is.LessThan(1e-6));
    }
}
