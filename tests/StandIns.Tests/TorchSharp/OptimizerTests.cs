using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

/// <summary>The optimisers against their update rules in plain doubles.</summary>
public sealed class OptimizerTests
{
    private static readonly double[][] Gradients = [[0.5, -2], [-1, 0.25], [0.1, 3], [0, 1]];

    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    private static Parameter Start() => new(tensor(new double[] { 1, -1 }));

    private static double[] Run(optim.Optimizer optimizer, Parameter parameter)
    {
        foreach (var gradient in Gradients)
        {
            parameter.grad = tensor(gradient);
            optimizer.step();
        }
        return parameter.data<double>().ToArray();
    }

    private static double[] Reference(Func<int, int, double, double, double> update)
    {
        double[] x = [1, -1];
        for (int step = 1; step <= Gradients.Length; step++)
            for (int i = 0; i < 2; i++) x[i] = update(step, i, x[i], Gradients[step - 1][i]);
        return x;
    }

    /// <summary>Adam's rule; with decoupled decay it is AdamW's.</summary>
    private static double[] Adam(double lr, double beta1, double beta2, double eps, double decay, bool decoupled)
    {
        var (m, v) = (new double[2], new double[2]);
        return Reference((step, i, x, g) =>
        {
            if (decoupled) x *= 1 - lr * decay;
            else g += decay * x;
            m[i] = beta1 * m[i] + (1 - beta1) * g;
            v[i] = beta2 * v[i] + (1 - beta2) * g * g;
            var (mHat, vHat) = (m[i] / (1 - Math.Pow(beta1, step)), v[i] / (1 - Math.Pow(beta2, step)));
            return x - lr * mHat / (Math.Sqrt(vHat) + eps);
        });
    }

    [Test]
    public void AdamW_OverSomeSteps_FollowsItsRule()
    {
        var x = Start();
        var result = Run(optim.AdamW([x], 0.1, 0.8, 0.95, 1e-6, weight_decay: 0.1), x);
        Assert.That(result, Is.EqualTo(Adam(0.1, 0.8, 0.95, 1e-6, 0.1, decoupled: true)).Within(1e-9));
    }

    [Test]
    public void Adam_OverSomeSteps_FollowsItsRule()
    {
        var x = Start();
        Assert.That(Run(optim.Adam([x], 0.1, weight_decay: 0.1), x), Is.EqualTo(Adam(0.1, 0.9, 0.999, 1e-8, 0.1, false)).Within(1e-9));
    }

    [Test]
    public void AdamW_WithDefaults_DoesNotDecay()
    {
        var x = Start();
        Assert.That(Run(optim.AdamW([x]), x), Is.EqualTo(Adam(0.001, 0.9, 0.999, 1e-8, 0, true)).Within(1e-9));
    }

    [Test]
    public void Sgd_WithMomentum_FollowsItsRule()
    {
        var x = Start();
        var buffer = new double[2];
        var expected = Reference((step, i, p, g) =>
        {
            g += 0.1 * p;
            buffer[i] = step == 1 ? g : 0.9 * buffer[i] + g;
            return p - 0.05 * buffer[i];
        });
        Assert.That(Run(optim.SGD([x], 0.05, momentum: 0.9, weight_decay: 0.1), x), Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void Sgd_WithoutMomentum_StepsAgainstTheGradient()
    {
        var x = Start();
        Assert.That(Run(optim.SGD([x], 0.05), x), Is.EqualTo(Reference((_, _, p, g) => p - 0.05 * g)).Within(1e-12));
    }

    [Test]
    public void Groups_WithTheirOwnOptions_AreSteppedByThem()
    {
        var (a, b) = (Start(), Start());
        using var optimizer = new AdamW(
        [
            new AdamW.ParamGroup([a], new AdamW.Options { LearningRate = 0.1, weight_decay = 0.5 }),
            new AdamW.ParamGroup([b], new AdamW.Options { LearningRate = 0.01 }),
        ]);
        foreach (var gradient in Gradients)
        {
            (a.grad, b.grad) = (tensor(gradient), tensor(gradient));
            optimizer.step();
        }
        Assert.That(a.data<double>().ToArray(), Is.EqualTo(Adam(0.1, 0.9, 0.999, 1e-8, 0.5, true)).Within(1e-9));
        Assert.That(b.data<double>().ToArray(), Is.EqualTo(Adam(0.01, 0.9, 0.999, 1e-8, 0, true)).Within(1e-9));
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(new[] { 0.1, 0.01 }));
    }

    [Test]
    public void Step_WithoutAGradient_LeavesTheParameterAlone()
    {
        var (x, y) = (Start(), Start());
        using var optimizer = optim.AdamW([x, y], 0.1, weight_decay: 0.1);
        x.grad = ones_like(x);
        optimizer.step();
        Assert.That(y.data<double>().ToArray(), Is.EqualTo(new double[] { 1, -1 }));
        Assert.That(x.data<double>()[0], Is.LessThan(1));
    }

    [Test]
    public void Step_WithAClosure_ReturnsItsLoss()
    {
        var x = Start();
        using var optimizer = optim.SGD([x], 0.1);
        var loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            var l = (x * x).sum();
            l.backward();
            return l;
        });
        Assert.That(loss.ToDouble(), Is.EqualTo(2));
        Assert.That(x.data<double>().ToArray(), Is.EqualTo(new[] { 0.8, -0.8 }).Within(1e-12));
    }

    [Test]
    public void ZeroGrad_OfAnOptimizer_ZeroesInPlace()
    {
        var x = Start();
        using var optimizer = optim.SGD([x], 0.1);
        x.grad = ones_like(x);
        optimizer.zero_grad();
        Assert.That(x.grad!.data<double>().ToArray(), Is.EqualTo(new double[] { 0, 0 }));
    }

    [Test]
    public void State_OfALiveOptimizer_ContinuesInAnother()
    {
        var (x, y) = (Start(), Start());
        using var first = optim.AdamW([x], 0.1);
        Run(first, x);
        using (no_grad()) y.copy_(x);
        using var second = optim.AdamW([y], 0.1);
        using (var file = new MemoryStream())
        {
            using (var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true)) first.save_state_dict(writer);
            file.Position = 0;
            using var reader = new BinaryReader(file);
            second.load_state_dict(reader);
        }
        Assert.That(Run(second, y), Is.EqualTo(Run(first, x)));
        var state = (AdamW.State)first.state_dict().State[0];
        Assert.That(state.step, Is.EqualTo(8));
        state.exp_avg.zero_();
        Assert.That(((AdamW.State)first.state_dict().State[0]).exp_avg.sum().ToDouble(), Is.Zero);
    }

    [Test]
    public void State_MadeInsideAScope_OutlivesIt()
    {
        var x = new Parameter(ones(2).DetachFromDisposeScope());
        optim.Optimizer optimizer;
        using (NewDisposeScope())
        {
            optimizer = optim.AdamW([x], 0.1);
            x.grad = ones_like(x);
            optimizer.step();
        }
        x.grad = ones(2);
        optimizer.step();
        Assert.That(x.data<float>()[0], Is.EqualTo(0.8f).Within(1e-5));
    }
}
