using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

public sealed class AutogradTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();

    [Test]
    public void Backward_Twice_AddsUpTheGradients()
    {
        var x = tensor(new float[] { 1, 2 }, requires_grad: true);
        for (int i = 0; i < 2; i++) (x * x).sum().backward();
        Assert.That(Values(x.grad!), Is.EqualTo(new float[] { 4, 8 }));
        x.grad = null;
        Assert.That(x.grad, Is.Null);
        x.grad = ones(2);
        Assert.That(Values(x.grad!), Is.EqualTo(new float[] { 1, 1 }));
    }

    [Test]
    public void Grad_OfOutputsWithRespectToInputs_LeavesTheirGradAlone()
    {
        var x = tensor(3f, requires_grad: true);
        var unused = tensor(1f, requires_grad: true);
        var first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x, unused], allow_unused: true);
        Assert.That(first.item<float>(), Is.EqualTo(27));
        Assert.That(second[0].item<float>(), Is.EqualTo(18));
        Assert.That(second[1] is null || second[1].IsInvalid);
        Assert.That(x.grad, Is.Null);
    }

    [Test]
    public void Backward_WithAGradient_WeighsTheOutputs()
    {
        var x = ones(2, requires_grad: true);
        autograd.backward([x * 3], [tensor(new float[] { 1, 10 })]);
        Assert.That(Values(x.grad!), Is.EqualTo(new float[] { 3, 30 }));
    }

    [Test]
    public void GradModes_WhenLeft_AreAsBefore()
    {
        var x = ones(1, requires_grad: true);
        using (no_grad())
        {
            Assert.That((x * 2).requires_grad, Is.False);
            using (enable_grad()) Assert.That((x * 2).requires_grad);
            Assert.That(is_grad_enabled(), Is.False);
        }
        using (inference_mode()) Assert.That(is_inference_mode_enabled());
        Assert.That(is_grad_enabled() && !is_inference_mode_enabled());
        Assert.That(x.detach().requires_grad, Is.False);
        Assert.That(x.is_leaf && !(x * 2).is_leaf);
    }

    [Test]
    public void RetainGrad_OnAnInnerTensor_KeepsItsGradient()
    {
        var x = ones(1, requires_grad: true);
        var inner = x * 2;
        inner.retain_grad();
        (inner * inner).sum().backward();
        Assert.That(inner.grad!.item<float>(), Is.EqualTo(4));
    }

    /// <summary>y = f · x², with x saved; its own backward.</summary>
    private sealed class Square : autograd.SingleTensorFunction<Square>
    {
        public override string Name => nameof(Square);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            ctx.save_data("factor", vars[1]);
            return x * x * (double)vars[1];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [grad_output * x * 2 * (double)ctx.get_data("factor"), null!];
        }
    }

    /// <summary>(a·b, a+b), with an output among the saved tensors; a third argument is only kept.</summary>
    private sealed class Both : autograd.MultiTensorFunction<Both>
    {
        public override string Name => nameof(Both);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
            var product = a * b;
            ctx.save_for_backward([a, b, product]);
            ctx.save_data("third", vars[2]);
            return [product, a + b];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            return [grad_outputs[0] * saved[1] + grad_outputs[1], grad_outputs[0] * saved[0] + grad_outputs[1], null!];
        }
    }

    [Test]
    public void Function_WithNumbersAmongItsArguments_GivesItsGradient()
    {
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        var y = Square.apply(x, 3.0);
        Assert.That(Values(y), Is.EqualTo(new float[] { 3, 12, 27 }));
        Assert.That(y.requires_grad && !y.is_leaf);
        (y * 2).sum().backward();
        Assert.That(Values(x.grad!), Is.EqualTo(new float[] { 12, 24, 36 }));
    }

    [Test]
    public void Function_WithSeveralOutputs_TakesAMissingGradientAsZeros()
    {
        var (a, b) = (tensor(2f, requires_grad: true), tensor(5f, requires_grad: true));
        var outputs = Both.apply(a, b, 0);
        outputs[0].backward();
        Assert.That((a.grad!.item<float>(), b.grad!.item<float>()), Is.EqualTo((5f, 2f)));
    }

    [Test]
    public void Function_WithoutAnythingToDifferentiate_BuildsNoGraph()
    {
        Assert.That(Square.apply(ones(2), 1.0).requires_grad, Is.False);
        using (no_grad()) Assert.That(Square.apply(ones(2, requires_grad: true), 1.0).requires_grad, Is.False);
    }

    [Test]
    public void Function_InADeepGraph_SurvivesCollections()
    {
        var x = ones(4, requires_grad: true);
        var y = x;
        for (int i = 0; i < 50; i++) y = Square.apply(y, 1.0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        y.sum().backward();
        Assert.That(x.grad!.sum().item<float>(), Is.EqualTo(4 * MathF.Pow(2, 50)));
    }

    [Test]
    public void Function_OnceItsGraphIsGone_KeepsNothingAlive()
    {
        var x = ones(8, requires_grad: true);
        var before = Tensor.TotalCount;
        var witnesses = Enumerable.Range(0, 5).Select(i => Use(x, backward: i % 2 == 0)).ToList();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(witnesses.Select(w => w.IsAlive), Is.All.False);
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Use(Tensor x, bool backward)
    {
        var witness = new object();
        using var scope = NewDisposeScope();
        var y = Both.apply(Square.apply(x, 1.0), x, witness)[0].sum();
        if (backward) y.backward();
        return new WeakReference(witness);
    }
}
