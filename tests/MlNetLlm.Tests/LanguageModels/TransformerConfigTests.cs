using MlNetLlm.LanguageModels;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class TransformerConfigTests
{
    [Test]
    public void Validated_WithSeveralFaults_NamesAllOfThem()
    {
        var config = ToyModels.Llama with { Layers = 0, KeyValueHeads = 3, RotaryWidth = 5, Dropout = 1, SlidingWindow = 0 };

        var error = Assert.Throws<ArgumentException>(() => config.Validated());

        Assert.That(error!.Message, Is.EqualTo(
            "TransformerConfig: Layers is 0, expected at least 1. "
            + "KeyValueHeads is 3, expected a divisor of Heads (4). Dropout is 1, expected at least 0 and below 1. "
            + "SlidingWindow is 0, expected at least 1, or null for no window. "
            + "RotaryWidth is 5, expected an even number from 2 to HeadWidth (2)."));
    }

    [Test]
    public void Validated_OfPresets_ReturnsThem()
    {
        foreach (var config in new[] { ToyModels.Llama, ToyModels.Gpt2, ToyModels.CodeGen, ToyModels.Roberta, ToyModels.Windowed })
            Assert.That(config.Validated(), Is.SameAs(config));
    }

    [TestCase(nameof(TransformerConfig.NormEpsilon))]
    [TestCase(nameof(TransformerConfig.PositionOffset))]
    [TestCase(nameof(TransformerConfig.TokenTypes))]
    [TestCase(nameof(TransformerConfig.RotaryBase))]
    [TestCase(nameof(TransformerConfig.ParallelBlock))]
    [TestCase(nameof(TransformerConfig.ContextLength))]
    public void Validated_WithOneFault_NamesTheProperty(string property)
    {
        var config = property switch
        {
            nameof(TransformerConfig.NormEpsilon) => ToyModels.Llama with { NormEpsilon = double.NaN },
            nameof(TransformerConfig.PositionOffset) => ToyModels.Llama with { PositionOffset = 2 },
            nameof(TransformerConfig.TokenTypes) => ToyModels.Llama with { TokenTypes = -1 },
            nameof(TransformerConfig.RotaryBase) => ToyModels.Llama with { RotaryBase = 0 },
            nameof(TransformerConfig.ParallelBlock) => ToyModels.Llama with { ParallelBlock = true, PostNorm = true },
            _ => ToyModels.Llama with { ContextLength = -4 },
        };

        Assert.That(() => config.Validated(), Throws.ArgumentException.With.Message.StartsWith($"TransformerConfig: {property}"));
        Assert.That(config.Faults().Count(), Is.EqualTo(1));
    }
}
