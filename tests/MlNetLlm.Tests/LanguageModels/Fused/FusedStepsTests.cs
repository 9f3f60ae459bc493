using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels.Fused;

/// <summary>
/// Fused steps against the same formula in float64 operators, whose gradients finite differences check elsewhere
/// (<see cref="GradientTests"/>).
/// </summary>
public sealed class FusedStepsTests
{
    private const double Tolerance = 1e-5;

    [TestCase(1)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(1003)]
    public void Gelu_OfFloat32_GivesTheFormulasValuesAndGradients(int count)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var x = randn([count], generator: random) * 4;
        var slope = randn([count], generator: random);

        var (fused, fusedGradient) = Run(x, slope);
        var (exact, exactGradient) = Run(x.to(ScalarType.Float64), slope.to(ScalarType.Float64));

        Assert.That(ToyModels.Values(fused), Is.EqualTo(ToyModels.Values(exact)).Within(Tolerance));
        Assert.That(ToyModels.Values(fusedGradient), Is.EqualTo(ToyModels.Values(exactGradient)).Within(Tolerance));

        static (Tensor, Tensor) Run(Tensor x, Tensor slope)
        {
            var input = x.detach().clone().requires_grad_();
            var y = FeedForwardMath.GeluTanh(input);
            (y * slope).sum().backward();
            return (y, input.grad!);
        }
    }

    [Test]
    public void GeluInPlace_OfFloat32WithoutAGraph_IsTheSameInTheSameMemory()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var x = randn([5, 20], generator: random);
        var expected = ToyModels.Values(FeedForwardMath.GeluTanh(x));
        var learnt = x.clone().requires_grad_();

        Assert.That(ToyModels.Values(FeedForwardMath.GeluTanh(learnt, inPlace: true)), Is.EqualTo(expected));
        Assert.That(ToyModels.Values(learnt), Is.EqualTo(ToyModels.Values(x)), "a graph needs x");
        Assert.That(ToyModels.Values(FeedForwardMath.GeluTanh(x, inPlace: true)), Is.EqualTo(expected));
        Assert.That(ToyModels.Values(x), Is.EqualTo(expected));
    }

    [Test]
    public void GeluLinear_OfFloat32_GivesTheFormulasValuesAndGradients(
        [Values] bool biased, [Values] bool learntInput, [Values] bool learntWeight)
    {
        if (!learntInput && !learntWeight && !biased) return;                 // nothing to differentiate
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var (x, slope) = (randn([2, 7, 20], generator: random) * 2, randn([2, 7, 6], generator: random));
        var (weight, bias) = (randn([6, 20], generator: random), randn([6], generator: random));

        var (fused, exact) = (Run(ScalarType.Float32), Run(ScalarType.Float64));

        Assert.That(fused.Count(values => values is null), Is.EqualTo((learntInput ? 0 : 1) + (learntWeight ? 0 : 1) + (biased ? 0 : 1)));
        foreach (var (ours, reference) in fused.Zip(exact))
            Assert.That(ours, reference is null ? Is.Null : Is.EqualTo(reference).Within(2 * Tolerance));

        float[]?[] Run(ScalarType type)
        {
            var (input, w) = (x.to(type).clone().requires_grad_(learntInput), weight.to(type).clone().requires_grad_(learntWeight));
            var b = biased ? bias.to(type).clone().requires_grad_() : null;
            var y = FeedForwardMath.Down(input, w, b);
            (y * slope.to(type)).sum().backward();
            return [ToyModels.Values(y), .. new[] { input, w, b }.Select(t => t?.grad is { } gradient ? ToyModels.Values(gradient) : null)];
        }
    }

    [Test]
    public void Gelu_FarFromZero_SaturatesAndKeepsNaN()
    {
        using var scope = NewDisposeScope();
        var y = ToyModels.Values(FeedForwardMath.GeluTanh(tensor(new[] { -1e6f, -50f, -0f, 0f, 50f, 1e6f, float.NaN })));

        Assert.That(y[..6], Is.EqualTo(new[] { 0f, 0, 0, 0, 50, 1e6f }).Within(1e-6));
        Assert.That(y[6], Is.NaN);
    }

    [TestCase(1, 1, 2, 2, 4, true), TestCase(1, 1, 2, 2, 4, false)]
    [TestCase(2, 5, 4, 2, 3, true), TestCase(2, 5, 4, 2, 3, false)]
    [TestCase(1, 16, 2, 1, 16, true), TestCase(1, 16, 2, 1, 16, false)]
    [TestCase(2, 33, 6, 2, 20, true), TestCase(2, 33, 6, 2, 20, false)]
    [TestCase(1, 70, 2, 2, 32, true), TestCase(1, 70, 2, 2, 32, false)]
    public void Attention_OfFloat32_GivesTheFormulasValuesAndGradients(
        int batch, int time, int heads, int keyHeads, int width, bool causal)
    {
        using var scope = NewDisposeScope();
        var (fused, exact) = (Attend(ScalarType.Float32), Attend(ScalarType.Float64));

        foreach (var (ours, reference) in fused.Zip(exact))
            Assert.That(ToyModels.Values(ours), Is.EqualTo(ToyModels.Values(reference)).Within(Tolerance));

        Tensor[] Attend(ScalarType type) => Run(batch, time, heads, keyHeads, width, type, causal);
    }

    /// <summary>Queries at every second place alone give what all queries give there.</summary>
    [TestCase(1, 1, 2, 2, 4)]
    [TestCase(2, 5, 4, 2, 3)]
    [TestCase(1, 8, 2, 1, 16)]
    [TestCase(1, 16, 2, 2, 16)]
    [TestCase(2, 33, 6, 2, 20)]
    [TestCase(1, 41, 2, 2, 32)]
    public void AttentionOfInserted_OfFloat32_GivesTheFormulasValuesAndGradients(int batch, int time, int heads, int keyHeads, int width)
    {
        using var scope = NewDisposeScope();
        var (fused, exact) = (Attend(ScalarType.Float32), Attend(ScalarType.Float64));

        foreach (var (ours, reference) in fused.Zip(exact))
            Assert.That(ToyModels.Values(ours), Is.EqualTo(ToyModels.Values(reference)).Within(Tolerance));

        Tensor[] Attend(ScalarType type) => Run(batch, 2 * time, heads, keyHeads, width, type, queries: time);
    }

    [Test]
    public void Attention_WithTwoThreads_GivesTheBitsOfOne()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run(3, 20, 4, 2, 8, ScalarType.Float32);
            set_num_threads(2);
            var two = Run(3, 20, 4, 2, 8, ScalarType.Float32);

            foreach (var (a, b) in one.Zip(two))
                Assert.That(ToyModels.Values(a), Is.EqualTo(ToyModels.Values(b)));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Test]
    public void Attention_OfNaN_IsNaNFromThereOn()
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (ones(1, 4, 1, 2), ones(1, 4, 1, 2), ones(1, 4, 1, 2));
        k.narrow(1, 2, 1).fill_(double.NaN);

        var mixed = ToyModels.Values(FusedAttention.Of(q, k, v, causal: true));

        Assert.That(mixed[..4], Is.EqualTo(new[] { 1f, 1, 1, 1 }).Within(1e-6));
        Assert.That(mixed[4..], Is.All.NaN);
        Assert.That(ToyModels.Values(FusedAttention.Of(q, k, v, causal: false)), Is.All.NaN, "where all keys are seen");
    }

    [Test]
    public void Covers_OnlyAttentionThatIsPlainlyCausalOrWholeInFloat32()
    {
        using var scope = NewDisposeScope();
        var (plain, causal) = (AttentionMask.None, new AttentionMask(null, PlainCausal: true));
        var (q, k) = (ones(1, 4, 2, 2), ones(1, 4, 2, 2));

        Assert.That(FusedAttention.Covers(q, k, k, causal, 0), Is.True);
        Assert.That(FusedAttention.Covers(q, k, k, plain, 0), Is.True);
        Assert.That(FusedAttention.Covers(q, k, k, new AttentionMask(zeros(1, 4), PlainCausal: false), 0), Is.False);
        Assert.That(FusedAttention.Covers(q, k, k, causal, 0.1), Is.False);
        Assert.That(FusedAttention.Covers(q, ones(1, 6, 2, 2), ones(1, 6, 2, 2), causal, 0), Is.False);
        Assert.That(FusedAttention.Covers(q, k, k.transpose(1, 2), causal, 0), Is.False);
        Assert.That(FusedAttention.Covers(q.to(ScalarType.Float64), k, k, causal, 0), Is.False);
        var twice = ones(1, 8, 2, 2);
        Assert.That(FusedAttention.CoversInserted(q, twice, twice, causal, 0), Is.True);
        Assert.That(FusedAttention.CoversInserted(q, twice, twice, plain, 0), Is.False);
        Assert.That(FusedAttention.CoversInserted(q, k, k, causal, 0), Is.False);
    }

    [Test]
    public void TrainingStep_Fused_GivesTheGradientsOfFloat64([Values] bool causal)
    {
        using var scope = NewDisposeScope();
        using var single = ToyModels.Create(causal ? ToyModels.Gpt2 : ToyModels.Roberta);
        using var twice = single.CopyWeights();
        twice.to(ScalarType.Float64);
        var (tokens, targets) = (ToyModels.Tokens(2, 9), ToyModels.Tokens(2, 9, seed: 6).view(18));

        foreach (var model in new[] { single, twice })
            nn.functional.cross_entropy(model.call(tokens).view(18, 11), targets).backward();

        foreach (var ((name, ours), (_, exact)) in single.named_parameters().Zip(twice.named_parameters()))
            Assert.That(ToyModels.Values(ours.grad!), Is.EqualTo(ToyModels.Values(exact.grad!)).Within(Tolerance), name);
    }

    /// <summary>Mixed values and the gradients of queries, keys and values.</summary>
    private static Tensor[] Run(int batch, int time, int heads, int keyHeads, int width, ScalarType type, bool causal = true,
        int? queries = null)
    {
        using var random = new Generator(5);
        var asking = queries ?? time;
        Tensor[] inputs = [.. new[] { (asking, heads), (time, keyHeads), (time, keyHeads) }
            .Select(size => randn([batch, size.Item1, size.Item2, width], generator: random).to(type).requires_grad_())];
        var slope = randn([batch, asking, (long)heads * width], generator: random).to(type);
        var additive = full([time, time], double.NegativeInfinity, type).triu(1).repeat_interleave(heads / keyHeads, 0);

        var mask = causal ? new AttentionMask(additive, PlainCausal: true) : AttentionMask.None;
        Func<Tensor, Tensor, Tensor, AttentionMask, Tensor> attend = queries is null
            ? (q, k, v, m) => AttentionMath.Causal(q, k, v, m) : (q, k, v, m) => AttentionMath.Inserted(q, k, v, m);
        var mixed = attend(inputs[0], inputs[1], inputs[2], mask);
        (mixed * slope).sum().backward();

        return [mixed, .. inputs.Select(input => input.grad!)];
    }
}
