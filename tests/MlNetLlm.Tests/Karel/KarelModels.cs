using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Karel;

/// <summary>Small models that read tasks, with random weights large enough to matter.</summary>
internal static class KarelModels
{
    public const int MaxOperations = 6;

    public static KarelOptions Tasks { get; } = new() { Examples = 1, HeldOutExamples = 1, InteriorSize = 3, MinLength = 1, MaxLength = 5 };

    public static KarelReading Grid { get; } = KarelReading.Grid(interiorSize: 3);

    public static LanguageModel Create(KarelReading reading, int width = 16, ulong seed = 1, KarelOptions? tasks = null)
    {
        using var random = new Generator(seed);
        var shape = TransformerConfig.Gpt2(1, width, layers: 2, heads: 2, contextLength: 1);
        var config = reading.Fit(shape, (tasks ?? Tasks).Examples, MaxOperations);
        var module = new TransformerModel(config, random);
        using var plain = no_grad();
        foreach (var parameter in module.parameters()) parameter.add_(randn(parameter.shape, generator: random) * 0.3);
        return new LanguageModel(module, reading.Tokenizer());
    }

    public static KarelTask[] Draw(int count, int start = 0) =>
        [.. Enumerable.Range(start, count).Select(i => new KarelGenerator(Tasks, "test").Draw(i))];
}
