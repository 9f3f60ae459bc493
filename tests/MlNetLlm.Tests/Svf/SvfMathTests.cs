using MlNetLlm.Svf;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Svf;

public sealed class SvfMathTests
{
    private const int Rows = 7;
    private const int Columns = 5;

    private DisposeScope _scope = null!;
    private Generator _random = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        _random = new Generator(3);
    }

    [TearDown]
    public void Close()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    [Test]
    public void Factor_OfAnyMatrix_Reconstructs([Values(Rows, Columns, 40)] int rows)
    {
        var weight = randn(rows, Columns, generator: _random);
        var (u, sigma, vt) = SvfMath.Factor(weight);
        var rank = Math.Min(rows, Columns);

        Assert.That(Largest(SvfMath.Materialise(u, sigma, vt) - weight) / Largest(weight), Is.LessThan(1e-6));
        Assert.That(Largest(u.t().matmul(u) - eye(rank)), Is.LessThan(1e-6));
        Assert.That(Largest(vt.matmul(vt.t()) - eye(rank)), Is.LessThan(1e-6));
        Assert.That(sigma.data<float>().ToArray(), Is.Ordered.Descending);
    }

    [Test]
    public void BoundedMultipliers_OfAConstant_AreOne([Values(-3.0, 0.1, 2.0)] double p, [Values(0.5, 1.0, 2.0)] double max)
    {
        var z = SvfMath.BoundedMultipliers(full(Columns, p), arange(1, Columns + 1, dtype: float32), max);
        Assert.That(z.data<float>().ToArray(), Is.All.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void BoundedMultipliers_KeepTheNuclearNormAndStayPositive()
    {
        var sigma = rand(Columns, generator: _random) + 0.1;
        var z = SvfMath.BoundedMultipliers(3 * randn(Columns, generator: _random), sigma, 1);
        Assert.That((sigma * z).sum().item<float>(), Is.EqualTo(sigma.sum().item<float>()).Within(1e-5));
        Assert.That(z.min().item<float>(), Is.GreaterThan(0));
    }

    [Test]
    public void BoundedMultipliers_GradientByTheClosedForm()
    {
        // With g_i = u_iᵀ G v_i and ḡ = Σ σ m g / s:  ∂L/∂p_i = m_i (1 − m_i / M) c σ_i (g_i − ḡ), and Σ m ∂L/∂m = 0.
        const double max = 1.5;
        var (u, sigma, vt, target) = Problem(float64);
        var p = new Parameter(randn(Columns, dtype: float64, generator: _random));
        Loss(SvfMath.Materialise(u, sigma * SvfMath.BoundedMultipliers(p, sigma, max), vt), target).backward();

        using var noGrad = no_grad();
        var m = max * sigmoid(p);
        var s = (sigma * m).sum();
        var c = sigma.sum() / s;
        var upstream = SvfMath.Materialise(u, c * sigma * m, vt) - target;             // G of ½‖W' − T‖²
        var g = (u.t().matmul(upstream) * vt).sum(1);                                  // (r)
        var mean = (sigma * m * g).sum() / s;
        var slope = c * sigma * (g - mean);                                            // ∂L/∂m
        Assert.That(Largest(m * (1 - m / max) * slope - p.grad!), Is.LessThan(1e-12));
        Assert.That(Math.Abs((m * slope).sum().item<double>()), Is.LessThan(1e-12));
    }

    [Test]
    public void BoundedMultipliers_GradientByFiniteDifferences()
    {
        const double step = 1e-6;
        var (u, sigma, vt, target) = Problem(float64);
        var start = randn(Columns, dtype: float64, generator: _random);
        var p = new Parameter(start.clone());
        Loss(SvfMath.Materialise(u, sigma * SvfMath.BoundedMultipliers(p, sigma, 1), vt), target).backward();

        using var noGrad = no_grad();
        for (var i = 0; i < Columns; i++)
        {
            var (up, down) = (start.clone(), start.clone());
            up[i] += step;
            down[i] -= step;
            var numeric = (Value(up) - Value(down)) / (2 * step);
            Assert.That(p.grad![i].item<double>(), Is.EqualTo(numeric).Within(1e-7));
        }

        double Value(Tensor at) =>
            Loss(SvfMath.Materialise(u, sigma * SvfMath.BoundedMultipliers(at, sigma, 1), vt), target).item<double>();
    }

    [Test]
    public void ApplyFactored_ForwardAndBackward_EqualMaterialised()
    {
        var (u, sigma, vt, _) = Problem(float32);
        var x = randn(2, 3, Columns, generator: _random);
        var (factored, materialised) = (new Parameter(ones(Columns)), new Parameter(ones(Columns)));
        var a = SvfMath.ApplyFactored(x, u, sigma * factored, vt);
        var b = nn.functional.linear(x, SvfMath.Materialise(u, sigma * materialised, vt));
        a.pow(2).sum().backward();
        b.pow(2).sum().backward();

        Assert.That(Largest(a - b) / Largest(b), Is.LessThan(1e-5));
        Assert.That(Largest(factored.grad! - materialised.grad!) / Largest(materialised.grad!), Is.LessThan(1e-5));
    }

    [TestCase(100, 64, 64, true)]     // square: factored wins iff T < 2 d
    [TestCase(128, 64, 64, false)]
    [TestCase(1_000_000, 128, 64, true)]   // aspect 2 or more: for every T
    [TestCase(1_000_000, 64, 172, true)]
    public void FactoredIsCheaper_ByTheOperationCount(long tokens, long rows, long columns, bool expected) =>
        Assert.That(SvfMath.FactoredIsCheaper(tokens, rows, columns), Is.EqualTo(expected));

    private (Tensor U, Tensor Sigma, Tensor Vt, Tensor Target) Problem(ScalarType type)
    {
        var (u, sigma, vt) = SvfMath.Factor(randn(Rows, Columns, generator: _random));
        return (u.to(type), sigma.to(type), vt.to(type), randn(Rows, Columns, dtype: type, generator: _random));
    }

    private static Tensor Loss(Tensor weight, Tensor target) => (weight - target).pow(2).sum() / 2;

    private static double Largest(Tensor tensor) => tensor.detach().abs().max().to(float64).item<double>();
}
