using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>What both sides compute with: a random model of GPT-2's kind, tokens, the start of the LoRA matrices, stories260K.</summary>
internal static class Inputs
{
    public const int Batch = 16, Time = 128, Rank = 16;

    public static TransformerConfig Config { get; } =
        TransformerConfig.Gpt2(vocabularySize: 512, width: 256, layers: 4, heads: 8, contextLength: 128);

    public static bool HasStories => File.Exists(StoriesFile);

    private static string StoriesFile { get; } = Stories();

    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var model = new TransformerModel(Config, random);
        Directory.CreateDirectory(folder);
        var loras = model.Projections.Where(IsAttention)
            .Select(p => ($"lora.{p.Name}", LoraMath.InitialA(Rank, p.InputWidth, random)));
        var tokens = randint(Config.VocabularySize, [Batch, Time + 1], dtype: ScalarType.Int64, generator: random);
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, "model.safetensors"),
            [.. Named(model), .. loras, ("tokens", tokens)]);
        ProbeRuns.Write(folder, mixed: false);
        ProbeRuns.Write(folder, mixed: true);
        MaskedInputs.Write(folder);
        SparseRuns.Write(folder);
        ConceptRuns.Write(folder);
        ImportanceRuns.Write(folder);
        Networks.Write(folder);
        ReinforceInputs.Write(folder);
        if (!HasStories)
            return;
        using var stories = Llama2C.Read(StoriesFile);
        Safetensors.Write(FileSystems.Default, Path.Combine(folder, "stories.safetensors"), Named(stories));
    }

    public static bool IsAttention(Projection projection) => projection.Kind <= ProjectionKind.Output;

    /// <summary>The random model, as written; its weights leave the inputs.</summary>
    public static TransformerModel Model(Dictionary<string, Tensor> inputs) => Take(new TransformerModel(Config), inputs);

    /// <summary>Moves a model's weights out of what was read, so that they are held once, as on PyTorch's side.</summary>
    public static TransformerModel Take(TransformerModel model, Dictionary<string, Tensor> inputs, string prefix = "")
    {
        using var plain = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            inputs.Remove(prefix + name, out var values);
            parameter.copy_(values!);
            values!.Dispose();
        }
        return model;
    }

    public static TransformerModel StoriesModel() => Llama2C.Read(StoriesFile);

    /// <summary>A random model of 28 million multiplications a token, near where libtorch's passes catch up.</summary>
    public static TransformerModel WideModel()
    {
        using var random = new Generator(1);
        var config = TransformerConfig.Llama(
            vocabularySize: 512, width: 768, layers: 4, heads: 12, contextLength: 256, feedForwardWidth: 2048);
        return new TransformerModel(config, random);
    }

    private static IEnumerable<(string, Tensor)> Named(TransformerModel model) =>
        model.named_parameters().Select(p => (p.name, (Tensor)p.parameter));

    private static string Stories()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data", "stories260k", "stories260K.bin") is var file && File.Exists(file))
                return file;
        return "stories260K.bin";
    }
}
