using MlNetLlm.Data;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Training;

public sealed class ObjectivesTests
{
    private const int Vocabulary = 5;
    private const double SinglePrecision = 1e-5;

    private static readonly long[] _targets = [1, -100, 4, 0, 2, -100];

    [Test]
    public void NextToken_OfAFewPlaces_IsTheSumByHand()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, targets) = Problem();

        var loss = Objectives.NextToken(h => h.matmul(weight.t()), hidden, targets, Vocabulary).ToDouble();

        Assert.That(loss, Is.EqualTo(ByHand(hidden, weight).Sum()).Within(SinglePrecision));
    }

    [Test]
    public void NegativeLogLikelihood_OfEveryPlace_IsTheValueByHandAndZeroWhereIgnored()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, targets) = Problem();

        var losses = Objectives.NegativeLogLikelihood(h => h.matmul(weight.t()), hidden, targets, Vocabulary);

        Assert.That(losses.shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(losses.requires_grad, Is.False);
        Assert.That(losses.data<float>().ToArray().Select(x => (double)x), Is.EqualTo(ByHand(hidden, weight)).Within(SinglePrecision));
    }

    [Test]
    public void NextToken_InPieces_GivesTheSameLossAndGradients([Values(
        Vocabulary, 4 << 20, 8 << 20)] int claimedVocabulary, [Values] bool frozenHead)
    {
        var results = new List<(float Loss, float[] Hidden, float[]? Weight)>();
        foreach (var piecewise in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            var (hidden, weight, targets) = Problem();
            var (h, w) = (hidden.requires_grad_(), weight.requires_grad_(!frozenHead));
            var weights = frozenHead ? Array.Empty<Tensor>() : [w];
            var loss = Objectives.NextToken(
                x => x.matmul(w.t()), h * 2, targets, piecewise ? claimedVocabulary : Vocabulary, piecewise ? weights : null);
            (loss / 4).backward();
            results.Add((loss.item<float>(), h.grad!.data<float>().ToArray(), w.grad?.data<float>().ToArray()));
        }

        Assert.That(results[1].Loss, Is.EqualTo(results[0].Loss).Within(SinglePrecision));
        Assert.That(results[1].Hidden, Is.EqualTo(results[0].Hidden).Within(SinglePrecision));
        Assert.That(results[1].Weight, frozenHead ? Is.Null : Is.EqualTo(results[0].Weight!).Within(SinglePrecision));
        Assert.That(results[0].Hidden.Max(Math.Abs), Is.GreaterThan(1e-2));
    }

    [Test]
    public void Losses_OfAModelInHalfPrecision_AreThoseOfItsLogitsInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        var (single, weights, targets) = Problem();
        var (hidden, weight) = (single.to(ScalarType.BFloat16), weights.to(ScalarType.BFloat16));
        var logits = Head(hidden.reshape(-1, 4)).to(ScalarType.Float32);
        var expected = nn.functional.cross_entropy(logits, targets.reshape(-1), reduction: nn.Reduction.None).data<float>().ToArray();

        var losses = Objectives.NegativeLogLikelihood(Head, hidden, targets, Vocabulary);
        var sum = Objectives.NextToken(Head, hidden, targets, Vocabulary);
        var pieces = Objectives.NextToken(Head, hidden.requires_grad_(), targets, 8 << 20, []);

        Assert.That(new[] { losses.dtype, sum.dtype, pieces.dtype }, Is.All.EqualTo(ScalarType.Float32));
        Assert.That(losses.data<float>().ToArray(), Is.EqualTo(expected).Within(SinglePrecision));
        Assert.That(sum.ToDouble(), Is.EqualTo(expected.Sum()).Within(SinglePrecision));
        Assert.That(pieces.ToDouble(), Is.EqualTo(expected.Sum()).Within(SinglePrecision));

        Tensor Head(Tensor h) => h.matmul(weight.t());
    }

    [Test]
    public void NextToken_WithoutGradients_IsTheSameValue()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, targets) = Problem();
        using var quiet = no_grad();

        Assert.That(
            Objectives.NextToken(h => h.matmul(weight.t()), hidden, targets, Vocabulary, headWeights: []).ToDouble(),
            Is.EqualTo(ByHand(hidden, weight).Sum()).Within(SinglePrecision));
    }

    [Test]
    public void NextToken_WithNothingToPredict_IsZero()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, _) = Problem();

        Assert.That(Objectives.NextToken(h => h.matmul(weight.t()), hidden, full(
            2, 3, TokenBatch.Ignored, ScalarType.Int64), Vocabulary).ToDouble(), Is.Zero);
    }

    [Test]
    public void Mean_OverBatches_WeighsByTokensAndRefusesNone()
    {
        var batches = new[] { (Loss: 6.0, Count: 3), (Loss: 1.0, Count: 1) };
        var next = 0;

        var mean = Objectives.Mean(
            batches.Select(item => TokenBatch.Of(new long[item.Count], new long[item.Count], 1)), _ => tensor(batches[next++].Loss));

        Assert.That(mean, Is.EqualTo(7.0 / 4).Within(1e-12));
        Assert.That(() => Objectives.Mean([], _ => tensor(0.0)), Throws.InstanceOf<InvalidDataException>());
    }

    private static (Tensor Hidden, Tensor Weight, Tensor Targets) Problem()
    {
        var draws = new RandomStream(1, "objectives");
        return (Draw(2, 3, 4), Draw(Vocabulary, 4), tensor(_targets).reshape(2, 3));

        Tensor Draw(params long[] shape)
            => tensor(Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_
                => (float)draws.NextNormal()).ToArray()).reshape(shape);
    }

    private static IEnumerable<double> ByHand(Tensor hidden, Tensor weight)
    {
        var (h, w) = (hidden.data<float>().ToArray().Chunk(4).ToArray(), weight.data<float>().ToArray().Chunk(4).ToArray());
        return _targets.Select((target, place) =>
        {
            if (target == TokenBatch.Ignored)
                return 0.0;
            var logits = w.Select(row => row.Zip(h[place], (a, b) => (double)a * b).Sum()).ToArray();
            return Math.Log(logits.Sum(Math.Exp)) - logits[target];
        });
    }
}
