using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

/// <summary>Losses and layers against their formulas.</summary>
public sealed class FunctionalTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        manual_seed(3);
    }

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Attention_WithMasks_EqualsItsFormula()
    {
        var (q, k, v) = (randn(1, 2, 5, 4), randn(1, 2, 5, 4), randn(1, 2, 5, 4));
        var see = ones(5, 5, ScalarType.Bool).tril();
        var scores = (q.matmul(k.transpose(-2, -1)) / 2).masked_fill(see.logical_not(), float.NegativeInfinity);
        var expected = scores.softmax(-1).matmul(v);
        Assert.That(nn.functional.scaled_dot_product_attention(q, k, v, see).allclose(expected, 1e-5, 1e-6));
        Assert.That(nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true).allclose(expected, 1e-5, 1e-6));
        var added = zeros(5, 5).masked_fill(see.logical_not(), float.NegativeInfinity);
        Assert.That(nn.functional.scaled_dot_product_attention(q, k, v, added).allclose(expected, 1e-5, 1e-6));
    }

    [Test]
    public void CrossEntropy_WithIgnoredTargets_IsTheMeanOverTheOthers()
    {
        var logits = randn(3, 4);
        var targets = tensor(new long[] { 1, -100, 3 });
        var log = logits.log_softmax(1);
        var expected = -(log[0, 1] + log[2, 3]) / 2;
        Assert.That(nn.functional.cross_entropy(logits, targets).allclose(expected, 1e-5, 1e-6));
        var each = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None);
        Assert.That(each[1].item<float>(), Is.Zero);
        Assert.That(nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum).allclose(expected * 2, 1e-5, 1e-6));
        Assert.That(nn.functional.nll_loss(log[TensorIndex.Slice(0, 1)], tensor(new long[] { 1 })).allclose(-log[0, 1], 1e-5, 1e-6));
    }

    [Test]
    public void Losses_OnSmallInputs_EqualTheirFormulas()
    {
        var (x, y) = (randn(6), rand(6));
        Assert.That(nn.functional.mse_loss(x, y).allclose((x - y).square().mean(), 1e-5, 1e-6));
        var p = x.sigmoid();
        var entropy = -(y * p.log() + (1 - y) * (1 - p).log()).mean();
        Assert.That(nn.functional.binary_cross_entropy_with_logits(x, y).allclose(entropy, 1e-4, 1e-5));
        var (a, b) = (x.log_softmax(0), y.softmax(0));
        Assert.That(nn.functional.kl_div(a, b.log(), reduction: nn.Reduction.Sum).allclose((b * (b.log() - a)).sum(), 1e-4, 1e-5));
        Assert.That(nn.functional.kl_div(a, b, false, nn.Reduction.Sum).allclose((b * (b.log() - a)).sum(), 1e-4, 1e-5));
    }

    [Test]
    public void Layers_OnSmallInputs_EqualTheirFormulas()
    {
        var x = randn(2, 3, 4);
        var norm = (x - x.mean([2], true)) / (x.var(2, unbiased: false, keepdim: true) + 1e-5).sqrt();
        Assert.That(nn.LayerNorm(4).call(x).allclose(norm, 1e-4, 1e-5));
        Assert.That(nn.functional.layer_norm(x, [4]).allclose(norm, 1e-4, 1e-5));
        var linear = nn.Linear(4, 5);
        Assert.That(linear.call(x).allclose(x.matmul(linear.weight!.T) + linear.bias!, 1e-4, 1e-5));
        Assert.That(nn.functional.gelu(x).allclose(x * (1 + (x / Math.Sqrt(2)).erf()) / 2, 1e-4, 1e-5));
        Assert.That(nn.functional.silu(x).allclose(x * x.sigmoid(), 1e-4, 1e-5));
        var embedding = nn.Embedding(10, 3);
        var ids = tensor(new long[,] { { 1, 2 }, { 2, 9 } });
        Assert.That(embedding.call(ids)[1, 0].allclose(embedding.weight![2]));
        Assert.That(nn.functional.one_hot(ids, 10).sum().item<long>(), Is.EqualTo(4));
    }

    [Test]
    public void BatchNorm_InTraining_TakesTheRowsStatisticsAndLearnsThem()
    {
        var x = randn(5, 3);
        var (mean, variance, gain, shift) = (zeros(3), ones(3), randn(3), randn(3));
        var expected = (x - x.mean([0])) / (x.var(0, unbiased: false) + 1e-5).sqrt() * gain + shift;
        Assert.That(nn.functional.batch_norm(x, mean, variance, gain, shift, training: true).allclose(expected, 1e-4, 1e-5));
        Assert.That(mean.allclose(x.mean([0]) * 0.1, 1e-4, 1e-5));
        Assert.That(variance.allclose(x.var(0, unbiased: true) * 0.1 + 0.9, 1e-4, 1e-5));
        var later = (x - mean) / (variance + 1e-5).sqrt() * gain + shift;
        Assert.That(nn.functional.batch_norm(x, mean, variance, gain, shift).allclose(later, 1e-4, 1e-5));
    }

    [Test]
    public void Dropout_InTraining_ScalesWhatIsLeft()
    {
        var x = ones(10000);
        var dropped = nn.functional.dropout(x, 0.25);
        Assert.That(dropped.max().item<float>(), Is.EqualTo(1 / 0.75f).Within(1e-6));
        Assert.That((dropped == 0).to(float32).mean().item<float>(), Is.EqualTo(0.25f).Within(0.02));
        Assert.That(nn.functional.dropout(x, 0.25, training: false).Equals(x));
        Assert.That(nn.functional.relu(tensor(new[] { -1f, 2 })).sum().item<float>(), Is.EqualTo(2));
    }

    [Test]
    public void ClipGradNorm_OverTheBound_ScalesAllGradientsTogether()
    {
        var parameters = new[] { new Parameter(zeros(2)), new Parameter(zeros(1)), new Parameter(zeros(1)) };
        parameters[0].grad = tensor(new float[] { 3, 0 });
        parameters[1].grad = tensor(new float[] { 4 });
        Assert.That(nn.utils.clip_grad_norm_(parameters, 1), Is.EqualTo(5).Within(1e-5));
        Assert.That(parameters[0].grad![0].item<float>(), Is.EqualTo(0.6f).Within(1e-5));
        Assert.That(parameters[1].grad![0].item<float>(), Is.EqualTo(0.8f).Within(1e-5));
        Assert.That(nn.utils.clip_grad_norm_(parameters, 10), Is.EqualTo(1).Within(1e-4));
        Assert.That(nn.utils.parameters_to_vector(parameters).numel(), Is.EqualTo(4));
    }
}
