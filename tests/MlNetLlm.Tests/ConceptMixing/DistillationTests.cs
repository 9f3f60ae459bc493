using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Losses with a teacher: against formulas in double, and their gradients against finite differences.</summary>
public sealed class DistillationTests
{
    private const int Rows = 6, Width = 5, Vocabulary = 9;

    [Test]
    public void Losses_AreTheLikelihoodAndTheDivergenceFromTheTeacher()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var (head, other) = (Draw(random, Vocabulary, Width), Draw(random, Vocabulary, Width));
        var (hidden, teacher) = (Draw(random, 2, 3, Width), Draw(random, 2, 3, Width));
        long[] targets = [3, TokenBatch.Ignored, 0, 8, 1, 5];
        var (loss, nats, divergence) = Distillation.Losses(
            (h => h.matmul(head.t()), [head]), hidden, h => h.matmul(other.t()), teacher, tensor(targets, [2, 3]), Vocabulary, 0.3);
        var (p, q) = (Rows(hidden, head), Rows(teacher, other));
        var (expected, apart) = (0.0, 0.0);
        for (var row = 0; row < targets.Length; row++)
        {
            if (targets[row] == TokenBatch.Ignored) continue;
            expected -= Math.Log(p[row][targets[row]]);
            apart += q[row].Zip(p[row], (b, a) => b * Math.Log(b / a)).Sum();
        }
        Assert.That(nats, Is.EqualTo(expected).Within(1e-9));
        Assert.That(divergence, Is.EqualTo(apart).Within(1e-9).And.GreaterThan(0));
        Assert.That(loss.ToDouble(), Is.EqualTo(expected + 0.3 * apart).Within(1e-9));

        double[][] Rows(Tensor h, Tensor w) => [.. h.view(-1, Width).matmul(w.t()).data<double>().ToArray().Chunk(Vocabulary)
            .Select(row => row.Select(z => Math.Exp(z) / row.Sum(Math.Exp)).ToArray())];
    }

    [Test]
    public void Losses_OfTheTeacherItself_DivergeByNothing()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var (hidden, targets) = (model.Hidden(ToyModels.Tokens(2, 7)), ToyModels.Tokens(2, 7, seed: 3));
        var (_, nats, divergence) = Distillation.Losses(
            (model.Head, model.HeadWeights), hidden, model.Head, hidden, targets, 11, weight: 1);
        Assert.That(divergence, Is.Zero.Within(1e-5));
        Assert.That(nats, Is.EqualTo(Objectives.NextToken(model, hidden, targets).ToDouble()).Within(1e-4));
    }

    [Test]
    public void Losses_HaveTheGradientOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        var (head, other, teacher) = (
            Draw(random, Vocabulary, Width), Draw(random, Vocabulary, Width), Draw(random, 1, Rows, Width).requires_grad_(true));
        var targets = ToyModels.Tokens(1, Rows, Vocabulary);
        Check(Draw(random, 1, Rows, Width), random, hidden => Loss(hidden, head));
        var states = Draw(random, 1, Rows, Width);
        Check(head, random, weight => Loss(states, weight));
        Assert.That(teacher.grad, Is.Null, "the teacher learns nothing");

        Tensor Loss(Tensor hidden, Tensor weight) => Distillation.Losses(
            (h => h.matmul(weight.t()), [weight]), hidden, h => h.matmul(other.t()), teacher, targets, Vocabulary, 0.1).Loss;
    }

    [Test]
    public void HiddenStateLosses_AreTheirFormulas_AndHaveTheGradientOfFiniteDifferences([Values] HiddenStateLoss kind)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var (predicted, target) = (Draw(random, Rows, Width), Draw(random, Rows, Width));
        var (v, t) = (predicted.data<double>().ToArray().Chunk(Width).ToList(), target.data<double>().ToArray().Chunk(Width).ToList());
        var expected = v.Zip(t, (a, b) => kind switch
        {
            HiddenStateLoss.L2 => a.Zip(b, (x, y) => (x - y) * (x - y)).Average(),
            HiddenStateLoss.L1 => a.Zip(b, (x, y) => Math.Abs(x - y)).Average(),
            _ => 1 - a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x)),
        });
        Assert.That(HiddenStateMath.Losses(kind, predicted, target).data<double>().ToArray(), Is.EqualTo(expected).Within(1e-12));
        Check(predicted, random, x => HiddenStateMath.Losses(kind, x, target).sum());
        Assert.That(HiddenStateMath.Losses(kind, target, target).abs().max().ToDouble(), Is.Zero.Within(1e-12));
    }

    private static Tensor Draw(Generator random, params long[] shape) => randn(shape, ScalarType.Float64, generator: random);

    private static void Check(Tensor start, Generator random, Func<Tensor, Tensor> loss)
    {
        const double step = 1e-6;
        var x = start.clone().requires_grad_(true);
        loss(x).backward();
        var direction = Draw(random, start.shape);
        using var quiet = no_grad();
        var slope = (loss(start + direction * step).ToDouble() - loss(start - direction * step).ToDouble()) / (2 * step);
        Assert.That((x.grad! * direction).sum().ToDouble(), Is.EqualTo(slope).Within(1e-6 * (1 + Math.Abs(slope))));
    }
}
