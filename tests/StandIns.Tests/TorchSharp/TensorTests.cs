using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

public sealed class TensorTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Tensor_FromScalars_HasTheTypeOfTheNumber()
    {
        Assert.That(tensor(1.0).dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(tensor(1f).dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(tensor(1).dtype, Is.EqualTo(ScalarType.Int32));
        Assert.That(tensor(1L).dtype, Is.EqualTo(ScalarType.Int64));
        Assert.That(tensor(true).dtype, Is.EqualTo(ScalarType.Bool));
        Assert.That(tensor(1.5, float32).item<float>(), Is.EqualTo(1.5f));
    }

    [Test]
    public void Tensor_FromArrays_HasTheirShapeAndValues()
    {
        Assert.That(tensor(new[] { 1f, 2, 3, 4, 5, 6 }, 2, 3).shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(tensor(new[] { 1, 2, 3, 4 }, [2, 2]).data<int>()[1, 0], Is.EqualTo(3));
        Assert.That(tensor(new double[,] { { 1, 2 }, { 3, 4 } })[1, 1].item<double>(), Is.EqualTo(4));
        Assert.That(tensor(new long[] { 7 }, float32).dtype, Is.EqualTo(float32));
        Assert.That(tensor(new List<bool> { true, false }).data<bool>().ToArray(), Is.EqualTo(new[] { true, false }));
        Assert.That(() => tensor(new[] { 1f, 2 }, [3]), Throws.ArgumentException);
    }

    [Test]
    public void Tensor_FromArray_CopiesIt()
    {
        var array = new[] { 1f, 2 };
        var t = tensor(array);
        array[0] = 9;
        Assert.That(t[0].item<float>(), Is.EqualTo(1));
    }

    [Test]
    public void FromBuffer_OverAnArray_SharesItsMemory()
    {
        var array = new float[] { 1, 2, 3, 4 };
        var t = frombuffer(array, float32, 2, 1);
        t.add_(10);
        Assert.That(array, Is.EqualTo(new float[] { 1, 12, 13, 4 }));
    }

    [Test]
    public void Arange_WithWholeOrBrokenSteps_ChoosesTheType()
    {
        Assert.That(arange(3).dtype, Is.EqualTo(int64));
        Assert.That(arange(0, 1, 0.25).dtype, Is.EqualTo(float32));
        Assert.That(arange(2, 10, 4).data<long>().ToArray(), Is.EqualTo(new long[] { 2, 6 }));
        Assert.That(randint(5, [3]).dtype, Is.EqualTo(int64));
        Assert.That(zeros(2, 3).dtype, Is.EqualTo(float32));
        Assert.That(eye(2).data<float>().ToArray(), Is.EqualTo(new float[] { 1, 0, 0, 1 }));
        Assert.That(full([2], 3, dtype: int64).sum().item<long>(), Is.EqualTo(6));
    }

    [Test]
    public void Arithmetic_OverMixedTypes_PromotesLikeTorch()
    {
        var whole = tensor(new[] { 1, 2, 4 });
        Assert.That((whole / 2).dtype, Is.EqualTo(float32));
        Assert.That((whole / 2).data<float>().ToArray(), Is.EqualTo(new[] { 0.5f, 1, 2 }));
        Assert.That((whole * 2).dtype, Is.EqualTo(int32));
        Assert.That((whole * 2.5).dtype, Is.EqualTo(float32));
        Assert.That((whole + tensor(new long[] { 1, 1, 1 })).dtype, Is.EqualTo(int64));
        Assert.That((3 - whole).data<int>().ToArray(), Is.EqualTo(new[] { 2, 1, -1 }));
        Assert.That((4.0 / tensor(new[] { 1f, 8 })).data<float>().ToArray(), Is.EqualTo(new[] { 4, 0.5f }));
        Assert.That(whole.div(3, RoundingMode.floor).data<int>().ToArray(), Is.EqualTo(new[] { 0, 0, 1 }));
        Assert.That((whole % 3).data<int>().ToArray(), Is.EqualTo(new[] { 1, 2, 1 }));
    }

    [Test]
    public void Comparison_OfTensors_IsElementByElement()
    {
        var (a, b) = (tensor(new[] { 1f, 2, 3 }), tensor(new[] { 3f, 2, 1 }));
        Assert.That((a == b).data<bool>().ToArray(), Is.EqualTo(new[] { false, true, false }));
        Assert.That((a >= 2).data<bool>().ToArray(), Is.EqualTo(new[] { false, true, true }));
        Assert.That(((a > 1) & (a < 3)).sum().item<long>(), Is.EqualTo(1));
        Assert.That((~(a > 1)).data<bool>().ToArray(), Is.EqualTo(new[] { true, false, false }));
        Assert.That(a.eq(b).any().ToBoolean());
        Assert.That(a.allclose(a + 1e-9));
        Assert.That(where(a > b, a, b).data<float>().ToArray(), Is.EqualTo(new[] { 3f, 2, 3 }));
    }

    [Test]
    public void InPlaceOperation_OnAnyTensor_ReturnsTheSameObject()
    {
        var x = ones(3);
        Assert.That(x.add_(1), Is.SameAs(x));
        Assert.That(x.mul_(x), Is.SameAs(x));
        Assert.That(x.masked_fill_(x > 1, 0), Is.SameAs(x));
        Assert.That(x.copy_(arange(3)), Is.SameAs(x));
        Assert.That(x.requires_grad_(), Is.SameAs(x));
        Assert.That(x.requires_grad);
    }

    [Test]
    public void Item_WithAnotherTypeOrSize_Throws()
    {
        Assert.That(() => zeros(1).item<int>(), Throws.ArgumentException);
        Assert.That(() => zeros(2).item<float>(), Throws.ArgumentException);
        Assert.That(() => zeros(2).data<double>(), Throws.ArgumentException);
        Assert.That(zeros(1, dtype: int64).ToSingle(), Is.Zero);
        Assert.That((float)tensor(2), Is.EqualTo(2f));
        Assert.That(tensor(2.75).ToInt64(), Is.EqualTo(2));
    }

    [Test]
    public void Data_OfAView_FollowsItsStrides()
    {
        var t = arange(6).view(2, 3).transpose(0, 1);
        Assert.That(t.is_contiguous(), Is.False);
        Assert.That(t.data<long>().ToArray(), Is.EqualTo(new long[] { 0, 3, 1, 4, 2, 5 }));
        t.data<long>()[2, 1] = 50;
        Assert.That(t[2, 1].item<long>(), Is.EqualTo(50));
        Assert.That(t.contiguous().stride(), Is.EqualTo(new long[] { 2, 1 }));
    }

    [Test]
    public void Bytes_SetOnATensor_AreItsContent()
    {
        var t = zeros(2, dtype: int32);
        t.bytes = new byte[] { 1, 0, 0, 0, 0, 1, 0, 0 };
        Assert.That(t.data<int>().ToArray(), Is.EqualTo(new[] { 1, 256 }));
        Assert.That(t.bytes[5], Is.EqualTo(1));
        Assert.That(() => t.bytes = new byte[3], Throws.ArgumentException);
    }

    [Test]
    public void Error_InNativeCode_IsAnExternalExceptionWithItsText() =>
        Assert.That(() => zeros(2, 3) + zeros(2, 4),
            Throws.InstanceOf<ExternalException>().With.Message.Contains("must match the size"));

    [Test]
    public void Use_AfterDisposal_Throws()
    {
        var t = zeros(2);
        t.Dispose();
        Assert.That(t.IsInvalid);
        Assert.That(() => t + 1, Throws.InvalidOperationException);
    }

    [Test]
    public void Conversion_ToTheSameType_SharesTheData()
    {
        var t = zeros(2);
        t.to(float32).add_(1);
        Assert.That(t.sum().item<float>(), Is.EqualTo(2));
        Assert.That(t.to(float64).dtype, Is.EqualTo(float64));
        Assert.That(t.@long().dtype, Is.EqualTo(int64));
        Assert.That(t.to(float32, copy: true).add_(1).Equals(t), Is.False);
    }

    [Test]
    public void Cuda_WhereThereIsNone_IsRefused()
    {
        if (cuda.is_available()) Assert.Ignore("This machine has CUDA.");
        Assert.That(() => device("cuda:0"), Throws.InvalidOperationException);
        Assert.That(() => zeros(1).to(CUDA), Throws.InvalidOperationException);
        Assert.That(CPU.index, Is.EqualTo(-1));
        Assert.That(zeros(1).device.ToString(), Is.EqualTo("cpu"));
    }
}
