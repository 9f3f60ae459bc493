using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

/// <summary>One known value for the operations whose managed side does more than pass its arguments on.</summary>
public sealed class OperationTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    private static float[] Values(Tensor tensor) => tensor.to(float32).data<float>().ToArray();

    private static Tensor Of(params float[] values) => tensor(values);

    [Test]
    public void Reductions_OverDimensions_GiveKnownValues()
    {
        var t = arange(6, float32).view(2, 3);
        Assert.That(Values(t.sum(1)), Is.EqualTo(new float[] { 3, 12 }));
        Assert.That(t.sum(0, 1).item<float>(), Is.EqualTo(15));
        Assert.That(t.sum(1, keepdim: true).shape, Is.EqualTo(new long[] { 2, 1 }));
        Assert.That(t.sum(type: float64).dtype, Is.EqualTo(float64));
        Assert.That(Values(t.mean([0])), Is.EqualTo(new[] { 1.5f, 2.5f, 3.5f }));
        Assert.That(t.std().item<float>(), Is.EqualTo(1.8708287f).Within(1e-6));
        Assert.That(Values(t.var(1, unbiased: false)), Is.EqualTo(new[] { 2 / 3f, 2 / 3f }).Within(1e-6));
        Assert.That(Values(t.max(1).indexes), Is.EqualTo(new float[] { 2, 2 }));
        Assert.That(t.argmin().item<long>(), Is.Zero);
        Assert.That(Values(t.logsumexp(1)), Is.EqualTo(new[] { 2.407606f, 5.407606f }).Within(1e-5));
        Assert.That(t.norm().item<float>(), Is.EqualTo(MathF.Sqrt(55)).Within(1e-5));
        Assert.That(Values(t.norm(1)), Is.EqualTo(new[] { MathF.Sqrt(5), MathF.Sqrt(50) }).Within(1e-5));
        Assert.That(t.count_nonzero().item<long>(), Is.EqualTo(5));
        Assert.That(t.amax([0, 1]).item<float>(), Is.EqualTo(5));
    }

    [Test]
    public void Sorting_OfValues_GivesOrderAndIndices()
    {
        var t = Of(3, 1, 2);
        var (values, indices) = t.sort(descending: true);
        Assert.That(Values(values), Is.EqualTo(new float[] { 3, 2, 1 }));
        Assert.That(Values(indices), Is.EqualTo(new float[] { 0, 2, 1 }));
        Assert.That(Values(t.topk(2).indexes), Is.EqualTo(new float[] { 0, 2 }));
        Assert.That(Values(t.argsort()), Is.EqualTo(new float[] { 1, 2, 0 }));
        Assert.That(t.kthvalue(2, null).values.item<float>(), Is.EqualTo(2));
        var (output, inverse, counts) = Of(5, 4, 5).unique(return_inverse: true, return_counts: true);
        Assert.That((Values(output), Values(inverse!), Values(counts!)),
            Is.EqualTo((new float[] { 4, 5 }, new float[] { 1, 0, 1 }, new float[] { 1, 2 })));
    }

    [Test]
    public void Shapes_AfterEachOperation_AreAsAsked()
    {
        var t = arange(24).view(2, 3, 4);
        Assert.That(t.permute(2, 0, 1).shape, Is.EqualTo(new long[] { 4, 2, 3 }));
        Assert.That(t.flatten(1).shape, Is.EqualTo(new long[] { 2, 12 }));
        Assert.That(t.unsqueeze(0).squeeze().shape, Is.EqualTo(new long[] { 2, 3, 4 }));
        Assert.That(t.T.shape, Is.EqualTo(new long[] { 4, 3, 2 }));
        Assert.That(t.mT.shape, Is.EqualTo(new long[] { 2, 4, 3 }));
        Assert.That(t.split(2, 2).Select(s => s.size(2)), Is.EqualTo(new long[] { 2, 2 }));
        Assert.That(t.split([1, 2], 1).Select(s => s.size(1)), Is.EqualTo(new long[] { 1, 2 }));
        Assert.That(t.chunk(3, -1).Select(s => s.size(-1)), Is.EqualTo(new long[] { 2, 2 }));
        Assert.That(t.unbind(1).Length, Is.EqualTo(3));
        Assert.That(t[0].expand(5, -1, -1).shape, Is.EqualTo(new long[] { 5, 3, 4 }));
        Assert.That(t.repeat(1, 2, 1).shape, Is.EqualTo(new long[] { 2, 6, 4 }));
        Assert.That(t.repeat_interleave(2, 0).shape, Is.EqualTo(new long[] { 4, 3, 4 }));
        Assert.That(t.unflatten(2, 2, 2).shape, Is.EqualTo(new long[] { 2, 3, 2, 2 }));
        Assert.That(t.narrow(2, 1, 2)[0, 0].data<long>().ToArray(), Is.EqualTo(new long[] { 1, 2 }));
        Assert.That(t.slice(2, 0, 4, 3)[0, 0].data<long>().ToArray(), Is.EqualTo(new long[] { 0, 3 }));
        Assert.That(() => t.size(3), Throws.Exception);
    }

    [Test]
    public void Joining_OfTensors_KeepsTheirOrder()
    {
        var (a, b) = (Of(1, 2), Of(3, 4));
        Assert.That(Values(cat([a, b])), Is.EqualTo(new float[] { 1, 2, 3, 4 }));
        Assert.That(Values(stack([a, b], 1)), Is.EqualTo(new float[] { 1, 3, 2, 4 }));
        Assert.That(cat(Enumerable.Repeat(a, 200).ToArray()).numel(), Is.EqualTo(400));
        Assert.That(einsum("i,j->ij", a, b)[1, 1].item<float>(), Is.EqualTo(8));
        Assert.That(meshgrid([a, Of(1, 2, 3)])[0].shape, Is.EqualTo(new long[] { 2, 3 }));
    }

    [Test]
    public void Scattering_ByIndex_AddsAndWrites()
    {
        var index = tensor(new long[] { 0, 2, 0 });
        Assert.That(Values(zeros(3).index_add_(0, index, Of(1, 2, 3), 1)), Is.EqualTo(new float[] { 4, 0, 2 }));
        Assert.That(Values(zeros(3).scatter_add_(0, index, Of(1, 2, 3))), Is.EqualTo(new float[] { 4, 0, 2 }));
        Assert.That(Values(Of(5, 6, 7).gather(0, index)), Is.EqualTo(new float[] { 5, 7, 5 }));
        Assert.That(Values(Of(5, 6, 7).index_select(0, index)), Is.EqualTo(new float[] { 5, 7, 5 }));
        Assert.That(Values(index.bincount(null)), Is.EqualTo(new float[] { 2, 0, 1 }));
        Assert.That(Values(Of(1, 2, 3, 4).view(2, 2).tril()), Is.EqualTo(new float[] { 1, 0, 3, 4 }));
        Assert.That(Values(Of(1, 2, 3).roll(1)), Is.EqualTo(new float[] { 3, 1, 2 }));
        Assert.That(Values(Of(1, 2, 3).flip(0)), Is.EqualTo(new float[] { 3, 2, 1 }));
        Assert.That(Of(0, 1, 0).nonzero().data<long>().ToArray(), Is.EqualTo(new long[] { 1 }));
    }

    [Test]
    public void Rounding_AndClamping_KeepToTheirBounds()
    {
        Assert.That(Values(Of(-2, 0.5f, 3).clamp(-1, 1)), Is.EqualTo(new[] { -1, 0.5f, 1 }));
        Assert.That(Values(Of(-2, 3).clamp(min: (Scalar)0)), Is.EqualTo(new float[] { 0, 3 }));
        Assert.That(Values(Of(1.26f, -1.5f).round(1)), Is.EqualTo(new[] { 1.3f, -1.5f }).Within(1e-6));
        Assert.That(Values(Of(1, float.NaN, float.PositiveInfinity).isfinite()), Is.EqualTo(new float[] { 1, 0, 0 }));
        Assert.That(Values(Of(1, 4).pow(0.5)), Is.EqualTo(new float[] { 1, 2 }).Within(1e-6));
    }

    [Test]
    public void Svd_OfAMatrix_MultipliesBackToIt()
    {
        manual_seed(1);
        var a = randn(5, 3, dtype: float64);
        var (u, s, vh) = linalg.svd(a, fullMatrices: false);
        Assert.That(u.shape, Is.EqualTo(new long[] { 5, 3 }));
        Assert.That(u.matmul(s.diag()).matmul(vh).allclose(a));
        Assert.That(linalg.svdvals(a).allclose(s));
        Assert.That(linalg.norm(a).ToDouble(), Is.EqualTo(s.pow(2).sum().sqrt().ToDouble()).Within(1e-12));
        Assert.That(linalg.norm(a, 2).ToDouble(), Is.EqualTo(s[0].ToDouble()).Within(1e-12));
        var (q, r) = linalg.qr(a);
        Assert.That(q.matmul(r).allclose(a));
        var (values, vectors) = linalg.eigh(a.T.matmul(a));
        Assert.That(values.flip(0).sqrt().allclose(s));
        Assert.That(vectors.shape, Is.EqualTo(new long[] { 3, 3 }));
    }
}
