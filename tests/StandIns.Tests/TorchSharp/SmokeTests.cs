using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

public sealed class SmokeTests
{
    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "first")] private readonly Linear _first = nn.Linear(3, 4);
        private readonly ModuleList<Linear> _rest = nn.ModuleList(nn.Linear(4, 4), nn.Linear(4, 1));

        public Net() : base("net") => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var h = _first.call(input).tanh();
            foreach (var layer in _rest) h = layer.call(h);
            return h;
        }
    }

    [Test]
    public void Training_OnToyData_LowersLoss()
    {
        manual_seed(1);
        using var net = new Net();
        Assert.That(net.named_parameters().Select(p => p.name),
            Is.EqualTo(new[] { "first.weight", "first.bias", "_rest.0.weight", "_rest.0.bias", "_rest.1.weight", "_rest.1.bias" }));
        using var optimizer = optim.AdamW(net.parameters(), 0.05);
        using var x = randn(32, 3);
        using var y = x.sum(1, keepdim: true);
        float first = 0, last = 0;
        for (int step = 0; step < 100; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(net.call(x), y);
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
            if (step == 0) first = last;
        }
        Assert.That(last, Is.LessThan(first / 10));
    }

    [Test]
    public void Indexers_InAllForms_SelectTheRightElements()
    {
        using var scope = NewDisposeScope();
        var t = arange(24, ScalarType.Float32).view(2, 3, 4);
        Assert.That(t[1, 2, 3].item<float>(), Is.EqualTo(23));
        Assert.That(t[0].shape, Is.EqualTo(new long[] { 3, 4 }));
        Assert.That(t[TensorIndex.Ellipsis, 0].shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(t[TensorIndex.Colon, TensorIndex.Slice(1), TensorIndex.None].shape, Is.EqualTo(new long[] { 2, 2, 1, 4 }));
        Assert.That(t[.., ^1, ..2].data<float>().ToArray(), Is.EqualTo(new float[] { 8, 9, 20, 21 }));
        Assert.That(t[tensor(new long[] { 1, 0 }), tensor(new long[] { 2, 0 })].data<float>().ToArray().Take(5), Is.EqualTo(new float[] { 20, 21, 22, 23, 0 }));
        Assert.That(t[t > 20].data<float>().ToArray(), Is.EqualTo(new float[] { 21, 22, 23 }));
        t[0, 0, 0] = 7f;
        t[TensorIndex.Single(1), TensorIndex.Colon] = tensor(0f);
        Assert.That(t.sum().item<float>(), Is.EqualTo(7 + 66));
    }

    [Test]
    public void Attention_WithTruthMask_EqualsTheFormula()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (q, k, v) = (randn(1, 2, 5, 4), randn(1, 2, 5, 4), randn(1, 2, 5, 4));
        var mask = ones(5, 5, ScalarType.Bool).tril();
        var scores = (q.matmul(k.transpose(-2, -1)) / 2).masked_fill(mask.logical_not(), float.NegativeInfinity).softmax(-1);
        var expected = scores.matmul(v);
        Assert.That(nn.functional.scaled_dot_product_attention(q, k, v, mask).allclose(expected, 1e-5, 1e-6));
        Assert.That(nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true).allclose(expected, 1e-5, 1e-6));
    }

    [Test]
    public void Mismatch_InLinear_ThrowsExternalException()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => nn.functional.linear(zeros(2, 3), zeros(2, 4)), Throws.InstanceOf<System.Runtime.InteropServices.ExternalException>());
        Assert.That(() => zeros(2).item<float>(), Throws.ArgumentException);
        Assert.That(() => zeros(1).item<int>(), Throws.ArgumentException);
    }

    private sealed class Square : autograd.SingleTensorFunction<Square>
    {
        public override string Name => nameof(Square);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            var y = x * x * (double)vars[1];
            ctx.save_for_backward([x, y]);
            ctx.save_data("factor", vars[1]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [grad_output * x * 2 * (double)ctx.get_data("factor"), null!];
        }
    }

    [Test]
    public void Function_OfOwn_GivesItsGradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        var y = Square.apply(x, 3.0);
        y.sum().backward();
        Assert.That(y.data<float>().ToArray(), Is.EqualTo(new float[] { 3, 12, 27 }));
        Assert.That(x.grad!.data<float>().ToArray(), Is.EqualTo(new float[] { 6, 12, 18 }));
    }

    [Test]
    public void Generator_WithState_RepeatsItsNumbers()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(42);
        var state = g.get_state();
        var a = randn(5, generator: g);
        g.set_state(state);
        Assert.That(randn(5, generator: g).Equals(a));
        manual_seed(42);
        Assert.That(randn(5).Equals(a));
        Assert.That(a[0].item<float>(), Is.EqualTo(0.3367f).Within(1e-4));
    }
}
