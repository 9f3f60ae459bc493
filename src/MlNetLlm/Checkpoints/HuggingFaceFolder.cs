using System.Text.Json;
using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// Model folders as the Hugging Face hub has them: config.json, generation_config.json, safetensors in one or many files, tokenizer
/// files. Families: gpt2, llama, mistral, qwen2, codegen, roberta. Nothing in such a folder is ever run.
/// </summary>
public static class HuggingFaceFolder
{
    internal const string ConfigName = "config.json";
    private const string GenerationName = "generation_config.json";
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Reads a model with its tokenizer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Type of the weights, limits; null = the defaults.</param>
    /// <exception cref="InvalidDataException">A file is broken, or the model computes something this library does not.</exception>
    public static LanguageModel Load(string folder, HuggingFaceOptions? options = null)
    {
        var tokenizer = TokenizerFile.Load(folder);
        var module = LoadModule(folder, options);
        return ModelFolder.Together(folder, module, () =>
        {
            var config = ConfigJson.Read(Path.Combine(folder, ConfigName));
            var path = Path.Combine(folder, GenerationName);
            var defaults = File.Exists(path) ? ConfigJson.Read(path) : null;
            return new LanguageModel(module, tokenizer, HuggingFaceGeneration.Special(config, defaults, tokenizer.Special))
            {
                Generation = HuggingFaceGeneration.Options(config, defaults),
            };
        });
    }

    /// <summary>Reads the weights only.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Type of the weights, limits; null = the defaults.</param>
    /// <exception cref="InvalidDataException">A file is broken, or the model computes something this library does not.</exception>
    public static TransformerModel LoadModule(string folder, HuggingFaceOptions? options = null)
    {
        options ??= new HuggingFaceOptions();
        var json = ConfigJson.Read(Path.Combine(folder, ConfigName));
        var modelType = json.Text("model_type") ?? throw new InvalidDataException($"'{json.Path}' has no model_type.");
        var architecture = HuggingFaceArchitecture.Find(modelType)
            ?? throw new InvalidDataException($"'{json.Path}': {HuggingFaceArchitecture.Unknown(modelType)}");
        var config = architecture.ReadChecked(json);
        using var weights = HuggingFaceWeights.Open(folder, architecture, config, options.Limits);
        var module = new TransformerModel(config, weights.Source(options.Weights));
        try
        {
            weights.RequireAllUsed();
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model with its tokenizer, whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="options">Type of the weights, size of a file; null = the defaults.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    /// <exception cref="ArgumentException">The family is unknown there, or cannot express the configuration.</exception>
    public static void Save(LanguageModel model, string folder, HuggingFaceOptions? options = null, IFileSystem? fileSystem = null)
    {
        fileSystem ??= FileSystems.Default;
        AtomicFolder.Write(fileSystem, folder, temporary =>
        {
            WriteModule(model.Module, temporary, options ?? new HuggingFaceOptions(), fileSystem, model.Special);
            WriteJson(fileSystem, Path.Combine(temporary, GenerationName), HuggingFaceGeneration.Write(model.Special, model.Generation));
            TokenizerFile.Save(model.Tokenizer, temporary, fileSystem);
        });
    }

    /// <summary>Writes config.json and the weights only, whole or not at all.</summary>
    /// <param name="module">The model.</param>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="options">Type of the weights, size of a file; null = the defaults.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    /// <exception cref="ArgumentException">The family is unknown there, or cannot express the configuration.</exception>
    public static void SaveModule(
        TransformerModel module, string folder, HuggingFaceOptions? options = null, IFileSystem? fileSystem = null) =>
        AtomicFolder.Write(
            fileSystem ?? FileSystems.Default,
            folder,
            temporary => WriteModule(module, temporary, options ?? new(), fileSystem ?? FileSystems.Default, SpecialTokens.None));

    private static void WriteModule(
        TransformerModel module, string folder, HuggingFaceOptions options, IFileSystem fileSystem, SpecialTokens special)
    {
        var architecture = HuggingFaceArchitecture.Find(module.Config.Architecture)
            ?? throw new ArgumentException(
                $"Cannot write a Hugging Face folder: {HuggingFaceArchitecture.Unknown(module.Config.Architecture)}");
        var json = architecture.Write(module.Config);
        json["architectures"] = new JsonArray(architecture.ModelClass);
        json["model_type"] = architecture.ModelType;
        json["torch_dtype"] = options.Weights.ToString().ToLowerInvariant();
        HuggingFaceGeneration.AddIds(json, special);
        architecture.RequireExpressible(module.Config);
        WriteJson(fileSystem, Path.Combine(folder, ConfigName), json);
        HuggingFaceShards.Write(module, architecture, folder, options, fileSystem);
    }

    internal static void WriteJson(IFileSystem fileSystem, string path, JsonObject json) =>
        AtomicFile.WriteAllText(
            fileSystem, path, new JsonObject(
                json.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())))
                .ToJsonString(_indented) + "\n");
}
