using MlNetLlm.Data;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

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

        var loss = Objectives.NextToken(h => h.matmul(weight.t()), hidden, targets, Vocabulary, [weight]).ToDouble();

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
    public void NextToken_InPieces_GivesTheLossAndTheGradientsOfTheWhole([Values] bool learntHead, [Values] bool ignored)
    {
        const int vocabulary = 3000, width = 4, places = 700;               // three pieces
        var results = new List<(float Loss, float[] Hidden, float[]? Weight, float[]? Bias)>();
        foreach (var piecewise in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            using var random = new Generator(1);
            var hidden = randn([2, places / 2, width], generator: random).requires_grad_();
            var (weight, bias) = (randn([vocabulary, width], generator: random), randn([vocabulary], generator: random));
            var targets = randint(vocabulary, [2, places / 2], ScalarType.Int64, generator: random);
            if (ignored) targets.narrow(1, 5, 9).fill_(TokenBatch.Ignored);
            weight.requires_grad_(learntHead);
            bias.requires_grad_(learntHead);
            var states = hidden * 2;                                         // not a leaf, as in a model
            var loss = piecewise
                ? Objectives.NextToken(Head, states, targets, vocabulary, [weight, bias])
                : functional.cross_entropy(Head(states).view(-1, vocabulary), targets.view(-1), reduction: Reduction.Sum);
            (loss / places + weight.square().sum() * 1e-3).backward();      // the head has gradients from elsewhere too
            results.Add((loss.item<float>(), Numbers(hidden.grad)!, Numbers(weight.grad), Numbers(bias.grad)));

            Tensor Head(Tensor h) => functional.linear(h, weight, bias);
        }

        Assert.That(PiecewiseLoss.Pieces(zeros(places, width), vocabulary).Count(), Is.EqualTo(3));
        Assert.That(results[1].Loss, Is.EqualTo(results[0].Loss).Within(1e-4).Percent);
        RequireEqual(results[1].Hidden, results[0].Hidden);
        Assert.That(results[1].Weight is null, Is.EqualTo(!learntHead));
        if (!learntHead) return;
        RequireEqual(results[1].Weight!, results[0].Weight!);
        RequireEqual(results[1].Bias!, results[0].Bias!);

        static float[]? Numbers(Tensor? gradient) => gradient?.data<float>().ToArray();

        static void RequireEqual(float[] actual, float[] expected) =>
            Assert.That(actual, Is.EqualTo(expected).Within(SinglePrecision * expected.Max(Math.Abs)));
    }

    [Test]
    public void NextToken_InPieces_HoldsNoMoreLogitsThanOnePieces()
    {
        using var scope = NewDisposeScope();
        const int vocabulary = 5000;
        var (hidden, weight) = (ones(600, 1, 4).requires_grad_(), ones(vocabulary, 4));
        var most = 0L;

        Objectives.NextToken(
            h =>
            {
                most = Math.Max(most, h.size(0));
                return h.matmul(weight.t());
            },
            hidden, zeros(600, 1, dtype: ScalarType.Int64), vocabulary, [weight]);

        Assert.That(most, Is.EqualTo(256));
        Assert.That(PiecewiseLoss.Pieces(hidden.view(-1, 4), 512).Select(piece => piece.Count), Is.EqualTo(new[] { 600L }));
        Assert.That(
            PiecewiseLoss.Pieces(zeros(2500, 1), 512).Select(piece => piece.Count), Is.EqualTo(new[] { 1024L, 1024L, 452L }));
    }

    [Test]
    public void NextToken_OfAFrozenModel_HasNoGraph()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, targets) = Problem();

        Assert.That(Objectives.NextToken(h => h.matmul(weight.t()), hidden, targets, Vocabulary, [weight]).requires_grad, Is.False);
    }

    [Test]
    public void Losses_OfAModelInHalfPrecision_AreThoseOfItsLogitsInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        var (single, weights, targets) = Problem();
        var (hidden, weight) = (single.to(ScalarType.BFloat16), weights.to(ScalarType.BFloat16));
        var logits = Head(hidden.reshape(-1, 4)).to(ScalarType.Float32);
        var expected = functional.cross_entropy(logits, targets.reshape(-1), reduction: Reduction.None).data<float>().ToArray();

        var losses = Objectives.NegativeLogLikelihood(Head, hidden, targets, Vocabulary);
        var sum = Objectives.NextToken(Head, hidden, targets, Vocabulary, [weight]);
        var graph = Objectives.NextToken(Head, hidden.requires_grad_(), targets, Vocabulary, [weight.requires_grad_()]);
        graph.backward();

        Assert.That(new[] { losses.dtype, sum.dtype, graph.dtype }, Is.All.EqualTo(ScalarType.Float32));
        Assert.That(new[] { hidden.grad!.dtype, weight.grad!.dtype }, Is.All.EqualTo(ScalarType.BFloat16));
        Assert.That(losses.data<float>().ToArray(), Is.EqualTo(expected).Within(SinglePrecision));
        Assert.That(sum.ToDouble(), Is.EqualTo(expected.Sum()).Within(SinglePrecision));
        Assert.That(graph.ToDouble(), Is.EqualTo(expected.Sum()).Within(SinglePrecision));

        Tensor Head(Tensor h) => h.matmul(weight.t());
    }

    [Test]
    public void NextToken_WithoutGradients_IsTheSameValue()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, targets) = Problem();
        using var quiet = no_grad();

        Assert.That(
            Objectives.NextToken(h => h.matmul(weight.t()), hidden, targets, Vocabulary, []).ToDouble(),
            Is.EqualTo(ByHand(hidden, weight).Sum()).Within(SinglePrecision));
    }

    [Test]
    public void NextToken_WithNothingToPredict_IsZero()
    {
        using var scope = NewDisposeScope();
        var (hidden, weight, _) = Problem();

        Assert.That(Objectives.NextToken(h => h.matmul(weight.t()), hidden, full(
            2, 3, TokenBatch.Ignored, ScalarType.Int64), Vocabulary, [weight]).ToDouble(), Is.Zero);
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

    [Test]
    public void Mean_Cancelled_StopsBeforeTheNextBatchAndLetsGoOfIt()
    {
        using var stop = new CancellationTokenSource();
        var batches = Enumerable.Range(0, 3).Select(_ => TokenBatch.Of(new long[2], new long[2], 1)).ToList();
        var seen = 0;

        Assert.That(() => Objectives.Mean(batches, Loss, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(seen, Is.EqualTo(1));
        Assert.That(batches.Select(batch => batch.Tokens.IsInvalid), Is.EqualTo(new[] { true, true, false }));
        batches[2].Dispose();

        Tensor Loss(TokenBatch batch)
        {
            seen++;
            stop.Cancel();
            return tensor(1.0);
        }
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
