using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>Tiny models and inputs, the same in every test.</summary>
internal static class ToyModels
{
    public static TransformerConfig Llama { get; } =
        TransformerConfig.Llama(vocabularySize: 11, width: 8, layers: 2, heads: 4, contextLength: 16, keyValueHeads: 2,
            feedForwardWidth: 12);

    public static TransformerConfig Gpt2 { get; } =
        TransformerConfig.Gpt2(vocabularySize: 11, width: 8, layers: 2, heads: 2, contextLength: 16);

    public static TransformerConfig CodeGen { get; } = Gpt2 with
    {
        Architecture = "codegen", Positions = PositionKind.Rotary, Rotary = RotaryLayout.AdjacentPairs, RotaryWidth = 2,
        QueryKeyValueBias = false, OutputBias = false, ParallelBlock = true, TiedHead = false, HeadBias = true,
    };

    public static TransformerConfig Roberta { get; } = Gpt2 with
    {
        Architecture = "roberta", FeedForward = FeedForwardKind.Gelu, PositionOffset = 2, Causal = false, PostNorm = true,
        EmbeddingNorm = true, HeadTransform = true, HeadBias = true, TokenTypes = 1,
    };

    public static TransformerConfig Windowed { get; } = Llama with { Architecture = "mistral", SlidingWindow = 3 };

    /// <summary>Models with an element behind every token, or added to it, from some block on.</summary>
    public static IReadOnlyList<TransformerConfig> Inserting { get; } =
    [
        Gpt2 with { Architecture = "gpt2 and concepts", Insertion = Concepts(1) },
        Llama with { Architecture = "llama and concepts", Insertion = Concepts(0) },
        Windowed with { Architecture = "mistral and concepts", Layers = 3, Insertion = Concepts(1) },
        Llama with { Architecture = "llama and added concepts", Insertion = Concepts(1) with { Mixing = InsertionMixing.Add } },
        CodeGen with { Architecture = "codegen and pause", Insertion = new() { Layer = 1, Element = InsertedElement.Pause } },
        Gpt2 with
        {
            Architecture = "gpt2 and hidden states", Insertion = new() { Element = InsertedElement.HiddenState, TargetWidth = 6 },
        },
    ];

    private static Insertion Concepts(int layer) => new() { Layer = layer, Concepts = 20, TopConcepts = 4 };

    public static IEnumerable<TestCaseData> All =>
        new[] { Llama, Gpt2, CodeGen, Roberta, Windowed,
            Llama with { Architecture = "untied", TiedHead = false, QueryKeyValueBias = true } }.Concat(Inserting)
            .Select(config => new TestCaseData(config).SetArgDisplayNames(config.Architecture));

    public static IEnumerable<TestCaseData> Causal => All.Where(test => ((TransformerConfig)test.Arguments[0]!).Causal);

    /// <summary>A model whose weights, biases and gains are all large enough to matter.</summary>
    public static TransformerModel Create(TransformerConfig config, ulong seed = 1)
    {
        using var random = new Generator(seed);
        var model = new TransformerModel(config, random);
        using var plain = no_grad();
        foreach (var parameter in model.parameters())
            parameter.add_(randn(parameter.shape, generator: random) * 0.4);
        model.eval();
        return model;
    }

    /// <summary>(batch, time) token ids.</summary>
    public static Tensor Tokens(int batch, int time, int vocabulary = 11, int seed = 5)
    {
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, batch * time).Select(_ => (long)random.Next(vocabulary)).ToArray(), [batch, time]);
    }

    public static float[] Values(Tensor tensor) => tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();

    public static float LargestDifference(Tensor a, Tensor b)
    {
        Assert.That(a.shape, Is.EqualTo(b.shape));
        return Values(a).Zip(Values(b), (x, y) => MathF.Abs(x - y)).Max();
    }
}
