using MlNetLlm.Checkpoints;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>A masked language model of the other rows' size with 8,000 tokens, and a batch of which 15 % is to be guessed.</summary>
internal static class MaskedInputs
{
    private const string FileName = "masked.safetensors";
    private const int MaskToken = 4;

    public static TransformerConfig Config { get; } =
        TransformerConfig.Roberta(vocabularySize: 8000, width: 256, layers: 4, heads: 8, contextLength: 128);

    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        using var model = new TransformerModel(Config, random);
        var draws = new RandomStream(1, "masked");
        var (tokens, targets) = (new long[Inputs.Batch * Inputs.Time], new long[Inputs.Batch * Inputs.Time]);
        for (var at = 0; at < tokens.Length; at++)
        {
            tokens[at] = 5 + draws.Next(Config.VocabularySize - 5);
            targets[at] = draws.NextDouble() < 0.15 ? tokens[at] : TokenBatch.Ignored;
            if (targets[at] != TokenBatch.Ignored)
                tokens[at] = MaskToken;
        }
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, FileName),
            [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)),
                ("tokens", tensor(tokens, [Inputs.Batch, Inputs.Time])), ("targets", tensor(targets, [Inputs.Batch, Inputs.Time]))]);
    }

    /// <summary>The model as written, and its batch.</summary>
    public static (TransformerModel Model, Func<TokenBatch> Batch) Read(string folder)
    {
        var inputs = Safetensors.Read(Path.Combine(folder, FileName));
        var model = Inputs.Take(new TransformerModel(Config), inputs);
        var (tokens, targets) = (inputs["tokens"].data<long>().ToArray(), inputs["targets"].data<long>().ToArray());
        return (model, () => TokenBatch.Of(tokens, targets, Inputs.Batch));
    }
}
