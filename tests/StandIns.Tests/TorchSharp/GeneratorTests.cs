using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

[NonParallelizable]
public sealed class GeneratorTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Generator_WithItsStateRestored_RepeatsItsNumbers()
    {
        using var generator = new Generator(42);
        randn(3, generator: generator);
        var state = generator.get_state();
        var numbers = randn(5, generator: generator);
        var order = randperm(10, generator: generator);
        generator.set_state(state);
        Assert.That(randn(5, generator: generator).Equals(numbers));
        Assert.That(randperm(10, generator: generator).Equals(order));
    }

    [Test]
    public void Generator_WithASeed_GivesTheNumbersOfManualSeed()
    {
        using var generator = new Generator(42);
        var numbers = randn(4, generator: generator);
        manual_seed(42);
        Assert.That(randn(4).Equals(numbers));
        Assert.That(numbers.data<float>().ToArray(), Is.EqualTo(new[] { 0.3367f, 0.1288f, 0.2345f, 0.2303f }).Within(1e-4));
        Assert.That(generator.initial_seed(), Is.EqualTo(42));
        generator.manual_seed(42);
        Assert.That(randn(4, generator: generator).Equals(numbers));
    }

    [Test]
    public void Generators_SideBySide_DoNotDisturbEachOther()
    {
        using var a = new Generator(1);
        using var b = new Generator(1);
        var first = rand(3, generator: a);
        rand(100);
        Assert.That(rand(3, generator: b).Equals(first));
    }

    [Test]
    public void RngState_OfTheDefault_IsSavedAndRestored()
    {
        manual_seed(9);
        var state = get_rng_state();
        var numbers = rand(3);
        set_rng_state(state);
        Assert.That(rand(3).Equals(numbers));
    }

    [Test]
    public void Sampling_WithAGenerator_Repeats()
    {
        using var generator = new Generator(3);
        long[] Draw() => ones(10).multinomial(4, generator: generator.manual_seed(3)).data<long>().ToArray();
        Assert.That(Draw(), Is.EqualTo(Draw()));
        Assert.That(Draw().Distinct().Count(), Is.EqualTo(4));
        var uniform = empty(100).uniform_(-1, 1, generator);
        Assert.That(uniform.min().item<float>() >= -1 && uniform.max().item<float>() < 1);
    }
}
