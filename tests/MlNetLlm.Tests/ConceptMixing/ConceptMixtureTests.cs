using MlNetLlm.ConceptMixing;
using MlNetLlm.Tests.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Mixing chosen columns where they stand, against the same in float64 operators.</summary>
public sealed class ConceptMixtureTests
{
    [TestCase(1, 1, 2, 3)]
    [TestCase(7, 4, 20, 6)]
    [TestCase(40, 5, 9, 70)]
    public void Of_GivesTheFormulasValuesAndGradients(int rows, int k, int concepts, int width)
    {
        using var scope = NewDisposeScope();
        foreach (var (ours, exact) in Run(ScalarType.Float32, rows, k, concepts, width)
            .Zip(Run(ScalarType.Float64, rows, k, concepts, width)))
            Assert.That(ToyModels.Values(ours), Is.EqualTo(ToyModels.Values(exact)).Within(1e-4));
    }

    [Test]
    public void Of_WithTwoThreads_GivesTheBitsOfOne()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run(ScalarType.Float32, 300, 4, 20, 100);
            set_num_threads(2);
            foreach (var (a, b) in one.Zip(Run(ScalarType.Float32, 300, 4, 20, 100)))
                Assert.That(ToyModels.Values(a), Is.EqualTo(ToyModels.Values(b)));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>The mixture and the gradients of values and columns; a concept may be chosen by many rows.</summary>
    private static Tensor[] Run(ScalarType type, int rows, int k, int concepts, int width)
    {
        using var random = new Generator(4);
        var scores = randn([rows, concepts], generator: random);
        var (_, places) = scores.topk(k, 1);
        var values = randn([rows, k], generator: random).to(type).requires_grad_();
        var columns = randn([concepts, width], generator: random).to(type).requires_grad_();
        var slope = randn([rows, width], generator: random).to(type);
        var mixed = ConceptMixture.Of(values, places, columns);
        (mixed * slope).sum().backward();
        return [mixed.detach(), values.grad!, columns.grad!];
    }
}
