using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>A random model of Llama's kind with 2.65 million weights in its blocks, and prompts of 8 to 24 letters.</summary>
internal static class ReinforceInputs
{
    public const int Prompts = 64, AnswerTokens = 48, LongestPrompt = 24;
    private const string FileName = "reinforce.safetensors";
    private const string Letters = " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static VocabularyTokenizer Tokenizer { get; } = VocabularyTokenizer.Characters(Letters);

    public static TransformerConfig Config { get; } = TransformerConfig.Llama(
        vocabularySize: Tokenizer.VocabularySize, width: 192, layers: 6, heads: 6, contextLength: 128, feedForwardWidth: 512);

    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        using var model = new TransformerModel(Config, random, 0.1);          // wide enough apart that greedy tokens are no near ties
        var draws = new RandomStream(1, "reinforce");
        var tokens = new long[Prompts * (LongestPrompt + 1)];
        Array.Fill(tokens, -1);
        for (var row = 0; row < Prompts; row++)
        {
            var start = row * (LongestPrompt + 1);
            tokens[start] = Tokenizer.Special.Bos!.Value;
            for (var length = 8 + draws.Next(LongestPrompt - 7); length > 0; length--)
                tokens[start + length] = 3 + draws.Next(Tokenizer.VocabularySize - 3);
        }
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, FileName),
            [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)),
                ("prompts", tensor(tokens, [Prompts, LongestPrompt + 1]))]);
    }

    /// <summary>The model as written, and its prompts as text.</summary>
    public static (LanguageModel Model, IReadOnlyList<string> Prompts) Read(string folder)
    {
        var inputs = Safetensors.Read(Path.Combine(folder, FileName));
        var module = new TransformerModel(Config);
        using (no_grad())
            foreach (var (name, parameter) in module.named_parameters())
                parameter.copy_(inputs[name]);
        var rows = inputs["prompts"].data<long>().ToArray().Chunk(LongestPrompt + 1);
        return (new LanguageModel(module, Tokenizer),
            [.. rows.Select(row => Tokenizer.Decode([.. row.Skip(1).Where(id => id >= 0).Select(id => (int)id)])!)]);
    }
}
