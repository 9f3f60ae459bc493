using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

public sealed class ModuleTests
{
    private sealed class Layer : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "scale")] private readonly Parameter _scale;
        public readonly Linear inner = nn.Linear(2, 2, hasBias: false);
        private readonly Tensor _mask = ones(2);
        private readonly Parameter? _absent = null;

        public Layer() : base(nameof(Layer))
        {
            _scale = new Parameter(ones(2));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => inner.call(input) * _scale * _mask + (_absent is null ? 0 : 1);
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        [field: ComponentName(Name = "layers")] public ModuleList<Layer> Layers { get; } = nn.ModuleList(new Layer(), new Layer());
        private readonly Dropout _dropout = nn.Dropout(0.5);
        public readonly Linear head = nn.Linear(2, 3);

        public Net() : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            foreach (var layer in Layers) input = layer.call(input);
            return head.call(_dropout.call(input));
        }
    }

    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void RegisterComponents_OverFields_NamesParametersAndBuffers()
    {
        var net = new Net();
        Assert.That(net.named_parameters().Select(p => p.name), Is.EqualTo(new[]
        {
            "layers.0.scale", "layers.0.inner.weight", "layers.1.scale", "layers.1.inner.weight", "head.weight", "head.bias",
        }));
        Assert.That(net.named_buffers().Select(b => b.name), Is.EqualTo(new[] { "layers.0._mask", "layers.1._mask" }));
        Assert.That(net.named_children().Select(c => c.name), Is.EqualTo(new[] { "layers", "_dropout", "head" }));
        Assert.That(net.named_modules().Select(m => m.name), Is.EquivalentTo(new[]
        {
            "layers", "_dropout", "head", "layers.0", "layers.1", "layers.0.inner", "layers.1.inner",
        }));
        Assert.That(net.get_parameter("layers.1.inner.weight"), Is.SameAs(net.Layers[1].inner.weight));
        Assert.That(net.has_parameter("layers.2.scale"), Is.False);
    }

    [Test]
    public void TiedWeights_OfLinears_CountOnce()
    {
        var (a, b) = (nn.Linear(2, 2), nn.Linear(2, 2));
        b.weight = a.weight;
        var both = nn.Sequential(("a", a), ("b", b));
        Assert.That(both.named_parameters().Select(p => p.name), Is.EqualTo(new[] { "a.weight", "a.bias", "b.bias" }));
        Assert.That(both.state_dict().Keys, Is.SupersetOf(new[] { "a.weight", "a.bias", "b.bias" }));
    }

    [Test]
    public void Parameter_MadeFromATensor_TakesItsHandle()
    {
        var data = ones(2);
        var parameter = new Parameter(data);
        Assert.That(data.IsInvalid);
        Assert.That(parameter.requires_grad && parameter.is_leaf);
        Assert.That(new Parameter(ones(1), requires_grad: false).requires_grad, Is.False);
    }

    [Test]
    public void Parameter_MadeInsideAScope_GoesWithTheScope()
    {
        Parameter parameter;
        using (NewDisposeScope()) parameter = new Parameter(ones(1));
        Assert.That(parameter.IsInvalid);
    }

    [Test]
    public void Train_AndEval_ReachEveryModule()
    {
        var net = new Net();
        net.eval();
        Assert.That(net.training || net.Layers[0].inner.training, Is.False);
        var x = ones(4, 2);
        Assert.That(net.call(x).Equals(net.call(x)));
        net.train();
        Assert.That(net.Layers[1].training);
    }

    [Test]
    public void LoadStateDict_FromAnotherModule_CopiesTheValues()
    {
        var (a, b) = (new Net(), new Net());
        a.eval();
        b.eval();
        b.load_state_dict(a.state_dict());
        Assert.That(b.call(ones(1, 2)).Equals(a.call(ones(1, 2))));
        Assert.That(b.head.weight, Is.Not.SameAs(a.head.weight));
        var less = a.state_dict();
        less.Remove("head.bias");
        Assert.That(() => b.load_state_dict(less), Throws.Exception);
        Assert.That(b.load_state_dict(less, strict: false).missing_keys, Is.EqualTo(new[] { "head.bias" }));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameOutputs()
    {
        var (a, b) = (new Net(), new Net());
        a.eval();
        b.eval();
        using var file = new MemoryStream();
        a.save(file);
        b.load(new MemoryStream(file.ToArray()));
        Assert.That(b.call(ones(1, 2)).Equals(a.call(ones(1, 2))));
    }

    [Test]
    public void To_AnotherType_ReplacesTheParameters()
    {
        var net = new Net();
        var old = net.head.weight;
        net.to(float64);
        Assert.That(net.parameters().Select(p => p.dtype), Is.All.EqualTo(float64));
        Assert.That(net.head.weight, Is.Not.SameAs(old));
        Assert.That(net.get_parameter("head.weight"), Is.SameAs(net.head.weight));
        net.eval();
        Assert.That(net.call(ones(1, 2, dtype: float64)).dtype, Is.EqualTo(float64));
    }

    [Test]
    public void ZeroGrad_OfAModule_ForgetsTheGradients()
    {
        var net = new Net();
        net.call(ones(1, 2)).sum().backward();
        Assert.That(net.head.weight!.grad, Is.Not.Null);
        net.zero_grad();
        Assert.That(net.head.weight.grad, Is.Null);
    }

    [Test]
    public void Hooks_AroundForward_SeeAndChangeTheValues()
    {
        var linear = nn.Linear(2, 2);
        var before = linear.register_forward_pre_hook((_, x) => x * 0);
        linear.register_forward_hook((_, _, y) => y + 1);
        Assert.That(linear.call(ones(1, 2)).allclose(linear.bias! + 1));
        before.remove();
        Assert.That(linear.call(ones(1, 2)).allclose(linear.forward(ones(1, 2)) + 1));
    }

    [Test]
    public void Initialisation_WithASeed_Repeats()
    {
        manual_seed(5);
        var first = nn.Linear(3, 4).weight!.sum().item<float>();
        manual_seed(5);
        Assert.That(nn.Linear(3, 4).weight!.sum().item<float>(), Is.EqualTo(first));
        Assert.That(nn.init.kaiming_uniform_(empty(200, 50), Math.Sqrt(5)).abs().max().item<float>(), Is.LessThan(1 / MathF.Sqrt(50)));
        Assert.That(nn.init.xavier_uniform_(empty(30, 20)).abs().max().item<float>(), Is.LessThan(MathF.Sqrt(6 / 50f)));
        Assert.That(nn.init.normal_(empty(10000), 1, 0.1).mean().item<float>(), Is.EqualTo(1).Within(0.01));
        Assert.That(nn.init.constant_(empty(3), 2).sum().item<float>(), Is.EqualTo(6));
        using var generator = new Generator(7);
        Assert.That(nn.init.trunc_normal_(empty(1000), std: 1, a: -1, b: 1, generator: generator).abs().max().item<float>(),
            Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Dispose_OfAModule_DisposesItsParameters()
    {
        var net = new Net();
        var parameters = net.parameters().ToList();
        net.Dispose();
        Assert.That(parameters.Select(p => p.IsInvalid), Is.All.True);
    }
}
