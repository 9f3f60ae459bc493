using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

public sealed class IndexingTests
{
    private DisposeScope _scope = null!;
    private Tensor _t = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        _t = arange(24, float32).view(2, 3, 4);
    }

    [TearDown]
    public void Close() => _scope.Dispose();

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();

    [Test]
    public void Numbers_AsIndices_SelectFromTheFront()
    {
        Assert.That(_t[1, 2, 3].item<float>(), Is.EqualTo(23));
        Assert.That(_t[-1].shape, Is.EqualTo(new long[] { 3, 4 }));
        Assert.That(Values(_t[0, 1]), Is.EqualTo(new float[] { 4, 5, 6, 7 }));
    }

    [Test]
    public void Slices_InAllSpellings_SelectTheSame()
    {
        Assert.That(Values(_t[TensorIndex.Single(1), TensorIndex.Slice(1), TensorIndex.Single(0)]), Is.EqualTo(new float[] { 16, 20 }));
        Assert.That(Values(_t[1, 1.., 0]), Is.EqualTo(new float[] { 16, 20 }));
        Assert.That(Values(_t[.., ^1, ..2]), Is.EqualTo(new float[] { 8, 9, 20, 21 }));
        Assert.That(Values(_t[1, 0, TensorIndex.Slice(0, 4, 2)]), Is.EqualTo(new float[] { 12, 14 }));
        Assert.That(_t[TensorIndex.Ellipsis, 0].shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(_t[TensorIndex.Colon, TensorIndex.None, TensorIndex.Ellipsis].shape, Is.EqualTo(new long[] { 2, 1, 3, 4 }));
    }

    [Test]
    public void Tensors_AsIndices_Gather()
    {
        var pairs = _t[tensor(new long[] { 1, 0 }), tensor(new long[] { 2, 0 })];
        Assert.That(pairs.shape, Is.EqualTo(new long[] { 2, 4 }));
        Assert.That(Values(pairs)[..5], Is.EqualTo(new float[] { 20, 21, 22, 23, 0 }));
        var columns = _t[TensorIndex.Colon, TensorIndex.Single(0), TensorIndex.Tensor(tensor(new long[] { 3, 3 }))];
        Assert.That(Values(columns), Is.EqualTo(new float[] { 3, 3, 15, 15 }));
    }

    [Test]
    public void Mask_OverSomeDimensions_SelectsItsElements()
    {
        Assert.That(Values(_t[_t > 20]), Is.EqualTo(new float[] { 21, 22, 23 }));
        var mask = tensor(new[,] { { true, false, false }, { false, false, true } });
        Assert.That(Values(_t[TensorIndex.Tensor(mask), TensorIndex.Single(1)]), Is.EqualTo(new float[] { 1, 21 }));
        var columns = TensorIndex.Tensor(tensor(new long[] { 0, 3 }));
        Assert.That(Values(_t[TensorIndex.Tensor(mask), columns]), Is.EqualTo(new float[] { 0, 23 }));
    }

    [Test]
    public void Assignment_ThroughAnIndexer_WritesInPlace()
    {
        _t[0, 0, 0] = 7f;
        _t[1] = tensor(0f);
        _t[TensorIndex.Single(0), TensorIndex.Slice(1)] = ones(4);
        _t[_t > 6] = tensor(-1f);
        Assert.That(_t.sum().item<float>(), Is.EqualTo(-1 + 1 + 2 + 3 + 8));
        _t.index_put_(tensor(5f), tensor(new long[] { 1 }), tensor(new long[] { 1 }));
        Assert.That(_t[1, 1].sum().item<float>(), Is.EqualTo(20));
    }

    [Test]
    public void Select_OfAParameter_IsDifferentiable()
    {
        var x = ones(3, 2, requires_grad: true);
        (x[1] * 2 + x[TensorIndex.Colon, TensorIndex.Single(0)].sum()).sum().backward();
        Assert.That(Values(x.grad!), Is.EqualTo(new float[] { 2, 0, 4, 2, 2, 0 }));
    }
}
