using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.StandInOnly.TorchSharp;

/// <summary>Where the real package ends the process or has more to offer.</summary>
public sealed class KinderThanTheRealOneTests
{
    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 2;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            vars(grad_output) > 0 ? throw new InvalidOperationException("no gradient today") : [];

        private static int vars(Tensor tensor) => (int)tensor.numel();
    }

    [Test]
    public void Exception_InAManagedBackward_ReachesTheCaller()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        Assert.That(() => Failing.apply(x).sum().backward(),
            Throws.InstanceOf<ExternalException>().With.Message.Contains("no gradient today"));
        (x * 3).sum().backward();
        Assert.That(x.grad!.sum().item<float>(), Is.EqualTo(6));
    }

    private sealed class TwoOutputs : autograd.MultiTensorFunction<TwoOutputs>
    {
        public override string Name => nameof(TwoOutputs);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars) =>
            [(Tensor)vars[0] * 2, (Tensor)vars[0] * 3];

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
            [grad_outputs[0] * 2 + grad_outputs[1] * 3];
    }

    [Test]
    public void Backward_WhereAnOutputThatNoGradientReachesIsDisposed_SaysWhich()
    {
        using var scope = NewDisposeScope();
        var outputs = TwoOutputs.apply(ones(2, requires_grad: true));
        outputs[1].Dispose();
        Assert.That(() => outputs[0].sum().backward(), Throws.InstanceOf<ExternalException>().With.Message.Contains("output 2 of 2"));
    }

    [Test]
    public void Matmul_OfShapesThatDoNotFit_Throws()
    {
        using var scope = NewDisposeScope();
        Assert.That(() => zeros(2, 3).matmul(zeros(2, 3)), Throws.InstanceOf<ExternalException>());
    }

    [Test]
    public void Scalar_OfAComplexNumber_NamesTheRealPackage() =>
        Assert.That(() => { Scalar s = new Complex(1, 1); }, Throws.InstanceOf<NotSupportedException>().With.Message.Contains("real package"));

    [Test]
    public void ToString_OfATensor_SaysShapeTypeAndDevice()
    {
        using var t = zeros(2, 3);
        Assert.That(t.ToString(), Is.EqualTo("[2x3], type = Float32, device = cpu"));
    }
}
