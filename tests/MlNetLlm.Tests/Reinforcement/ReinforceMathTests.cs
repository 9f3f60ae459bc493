using MlNetLlm.Data;
using MlNetLlm.Reinforcement;
using MlNetLlm.Svf;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Reinforcement;

public sealed class ReinforceMathTests
{
    private const int Vocabulary = 5;
    private const int Width = 4;

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
    public void Loss_HasTheClosedFormGradient([Values] KlDirection direction, [Values(0.0, 0.3)] double lambda)
    {
        // With the identity as head, hidden states are the logits.
        var (logits, reference) = (Random(2, 3, Vocabulary).requires_grad_(), Random(2, 3, Vocabulary));
        var targets = tensor(new long[] { -100, 3, 0, -100, -100, 4 }, [2, 3]);
        var advantages = tensor(new[] { 1.0, -0.1 });
        var (loss, sums) = ReinforceMath.Loss(h => h, logits, reference, targets, advantages, Vocabulary, lambda, direction);
        loss.backward();

        using var plain = no_grad();
        var (expected, value) = (zeros_like(logits), 0.0);
        foreach (var (row, time) in new[] { (0, 1), (0, 2), (1, 2) })
        {
            var (pi, pi0) = (logits[row, time].softmax(-1), reference[row, time].softmax(-1));
            var (r, y) = (advantages[row], (int)targets[row, time].item<long>());
            var kl = direction == KlDirection.PolicyToReference ? (pi * (pi / pi0).log()).sum() : (pi0 * (pi0 / pi).log()).sum();
            var pull = direction == KlDirection.PolicyToReference ? pi * ((pi / pi0).log() - kl) : pi - pi0;
            var one = zeros(Vocabulary, dtype: float64);
            one[y] = 1.0;
            expected[row, time] = r * (pi - one) + lambda * pull;
            value += (-r * pi[y].log() + lambda * kl).item<double>();
        }
        Assert.That(Largest(logits.grad! - expected), Is.LessThan(1e-12));
        Assert.That(loss.item<double>(), Is.EqualTo(value).Within(1e-12));
        Assert.That(sums.Places, Is.EqualTo(3));
    }

    [Test]
    public void Loss_OverAllAnswers_HasTheGradientOfTheExpectedReward()
    {
        // Σ_y π(y) ∇L(y) = -∇ Σ_y π(y) r(y): what REINFORCE samples is, on average, the gradient of what is to rise.
        var hidden = Random(1, 1, Vocabulary);
        double[] rewards = [1, -1, -1, 1, -0.1];
        var policy = hidden.view(-1).softmax(-1).data<double>().ToArray();
        var mean = zeros_like(hidden);
        for (var y = 0; y < Vocabulary; y++)
        {
            var h = hidden.clone().requires_grad_();
            var (loss, _) = ReinforceMath.Loss(
                x => x, h, null, tensor(new[] { (long)y }, [1, 1]), tensor(new[] { rewards[y] }), Vocabulary, 0,
                KlDirection.PolicyToReference);
            loss.backward();
            mean += policy[y] * h.grad!;
        }
        var at = hidden.clone().requires_grad_();
        (at.view(-1).softmax(-1) * tensor(rewards)).sum().backward();
        Assert.That(Largest(mean + at.grad!), Is.LessThan(1e-12));
    }

    [Test]
    public void Loss_ThroughSvf_HasTheGradientOfFiniteDifferences([Values] SvfVariant variant, [Values] KlDirection direction)
    {
        const double step = 1e-6;
        var (u, sigma, vt) = Factors();
        var (head, x) = (Random(Vocabulary, Width), Random(2, 3, Width));
        var (reference, targets) = (Random(2, 3, Width), tensor(new long[] { -100, 3, 0, 1, -100, 4 }, [2, 3]));
        var start = Random(Width);
        var p = new Parameter(start.clone());
        Loss(p).backward();

        for (var i = 0; i < Width; i++)
        {
            var (up, down) = (start.clone(), start.clone());
            up[i] += step;
            down[i] -= step;
            var numeric = (Loss(up).item<double>() - Loss(down).item<double>()) / (2 * step);
            Assert.That(p.grad![i].item<double>(), Is.EqualTo(numeric).Within(1e-7));
        }

        Tensor Loss(Tensor vector)
        {
            var hidden = SvfMath.ApplyFactored(x, u, sigma * SvfMath.Multipliers(vector, sigma, variant, 1), vt);
            var advantages = tensor(new[] { 1.0, -1.0 });
            return ReinforceMath.Loss(h => h.matmul(head.t()), hidden, reference, targets, advantages, Vocabulary, 0.2, direction).Loss;
        }
    }

    [Test]
    public void Loss_ThroughBoundedSvf_MovesNoSpectralMass()
    {
        // Σ m ∂L/∂m = 0 with ∂L/∂p = m (1 - m / M) ∂L/∂m.
        var (u, sigma, vt) = Factors();
        var p = new Parameter(Random(Width));
        var hidden = SvfMath.ApplyFactored(Random(1, 2, Width), u, sigma * SvfMath.BoundedMultipliers(p, sigma, 1), vt);
        var head = Random(Vocabulary, Width);
        ReinforceMath.Loss(
            h => h.matmul(head.t()), hidden, null, tensor(new long[] { 2, 4 }, [1, 2]), tensor(new[] { -1.0 }), Vocabulary, 0,
            KlDirection.PolicyToReference).Loss.backward();

        using var plain = no_grad();
        var m = p.sigmoid();
        Assert.That(Math.Abs((p.grad! / (1 - m)).sum().item<double>()), Is.LessThan(1e-12));
        Assert.That(Largest(p.grad!), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Loss_InPieces_IsThatOfOnePiece()
    {
        // So large a vocabulary is claimed that each piece holds one place.
        var (hidden, reference) = (Random(2, 3, Vocabulary), Random(2, 3, Vocabulary));
        var targets = tensor(new long[] { 1, 3, 0, -100, 2, 4 }, [2, 3]);
        var (one, many) = (hidden.clone().requires_grad_(), hidden.clone().requires_grad_());
        var (a, sums) = Of(one, Vocabulary);
        var (b, pieces) = Of(many, long.MaxValue);
        a.backward();
        b.backward();
        Assert.That(b.item<double>(), Is.EqualTo(a.item<double>()).Within(1e-12));
        Assert.That(Largest(many.grad! - one.grad!), Is.LessThan(1e-12));
        Assert.That((pieces.Kl, pieces.Entropy), Is.EqualTo((sums.Kl, sums.Entropy)).Within(1e-12));

        (Tensor, PolicySums) Of(Tensor h, long vocabulary) => ReinforceMath.Loss(
            x => x, h, reference, targets, tensor(new[] { 1.0, -1.0 }), vocabulary, 0.1, KlDirection.ReferenceToPolicy);
    }

    [Test]
    public void Loss_WithoutAnyCountedPlace_IsZeroWithAGraph()
    {
        var h = Random(1, 2, Vocabulary).requires_grad_();
        var targets = full([1, 2], TokenBatch.Ignored, dtype: int64);
        var (loss, sums) = ReinforceMath.Loss(
            x => x, h, null, targets, tensor(new[] { 1.0 }), Vocabulary, 0, KlDirection.PolicyToReference);
        loss.backward();
        Assert.That((loss.item<double>(), sums.Places, Largest(h.grad!)), Is.EqualTo((0.0, 0L, 0.0)));
    }

    [Test]
    public void Loss_AtLambdaZero_MeasuresTheDivergenceAndDoesNotFollowIt()
    {
        var (hidden, reference) = (Random(1, 1, Vocabulary), Random(1, 1, Vocabulary));
        var (with, without) = (hidden.clone().requires_grad_(), hidden.clone().requires_grad_());
        var (a, measured) = Of(with, reference);
        var (b, none) = Of(without, null);
        a.backward();
        b.backward();
        var pi = hidden.view(-1).softmax(-1);
        Assert.That(measured.Kl, Is.EqualTo((pi * (pi / reference.view(-1).softmax(-1)).log()).sum().item<double>()).Within(1e-12));
        Assert.That(measured.Entropy, Is.EqualTo(-(pi * pi.log()).sum().item<double>()).Within(1e-12));
        Assert.That(none.Kl, Is.Zero);
        Assert.That(Largest(with.grad! - without.grad!), Is.Zero);

        (Tensor, PolicySums) Of(Tensor h, Tensor? other) => ReinforceMath.Loss(
            x => x, h, other, tensor(new long[] { 2 }, [1, 1]), tensor(new[] { 1.0 }), Vocabulary, 0, KlDirection.PolicyToReference);
    }

    private (Tensor U, Tensor Sigma, Tensor Vt) Factors()
    {
        var (u, sigma, vt) = SvfMath.Factor(Random(Width, Width));
        return (u.to(float64), sigma.to(float64), vt.to(float64));
    }

    private Tensor Random(params long[] shape) => randn(shape, dtype: float64, generator: _random);

    private static double Largest(Tensor tensor) => tensor.detach().abs().max().item<double>();
}
