using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Training;

/// <summary>The fused step against torch's operators; both against the formula in <see cref="TrainingLoopTests"/>.</summary>
public sealed class AdamWMathTests
{
    [TestCase(1), TestCase(16), TestCase(1003)]
    public void Fused_IsWhatTheOperatorsGive(int count)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(7);
        var start = randn([count], generator: random);
        Tensor[] fused = [start.clone(), zeros(count), zeros(count)], plain = [start.clone(), zeros(count), zeros(count)];
        var options = new ToyOptions { Beta2 = 0.98, Epsilon = 1e-6 };
        for (var step = 1; step <= 5; step++)
        {
            var gradient = randn([count], generator: random) * Math.Pow(10, step - 6);
            var rule = new AdamWRule(options, rate: 0.01, decay: 0.1, step);
            AdamWMath.Fused(fused[0], gradient, fused[1], fused[2], rule);
            AdamWMath.Operators(plain[0], gradient, plain[1], plain[2], rule);
        }
        for (var i = 0; i < 3; i++)
            Assert.That(ToyModels.Values(fused[i]), Is.EqualTo(ToyModels.Values(plain[i])).Within(1e-6));
        Assert.That(ToyModels.LargestDifference(fused[0], start), Is.GreaterThan(0.01));
    }

    [Test]
    public void Fused_WithTwoThreads_GivesTheBitsOfOne()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(7);
        var (start, gradient) = (randn([150_001], generator: random), randn([150_001], generator: random));
        var threads = get_num_threads();
        try
        {
            Assert.That(After(2), Is.EqualTo(After(1)));
        }
        finally
        {
            set_num_threads(threads);
        }

        float[] After(int count)
        {
            set_num_threads(count);
            var weights = start.clone();
            AdamWMath.Fused(
                weights, gradient, zeros_like(start), zeros_like(start), new AdamWRule(new ToyOptions(), rate: 0.01, decay: 0.1, step: 1));
            return ToyModels.Values(weights);
        }
    }
}
