using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Checkpoints;

/// <summary>Finds out what kind of model stands at a path, reads it, and writes our own kind of folder.</summary>
internal static class ModelFolder
{
    private const string DescriptionName = "model.json";
    private const string WeightsName = "model.safetensors";

    /// <summary>What model.json holds.</summary>
    private sealed record Description(int Format, TransformerConfig Config, SpecialTokens Special, GenerateOptions Generation)
    {
        internal const int CurrentFormat = 1;
    }

    internal static LanguageModel Load(string path)
    {
        if (File.Exists(path))
            return LoadLlama2C(path);
        var marked = AtomicFolder.Exists(path);
        if (marked)
            path = AtomicFolder.Open(path);
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"There is no model at '{path}': neither a file nor a folder.");
        if (marked && File.Exists(Path.Combine(path, DescriptionName)))
            return LoadOwn(path);
        if (File.Exists(Path.Combine(path, HuggingFaceFolder.ConfigName)))
            return HuggingFaceFolder.Load(path);
        return Directory.EnumerateFiles(path, "*.bin").Order(StringComparer.Ordinal).FirstOrDefault(Llama2C.Recognises) is { } file
            ? LoadLlama2C(file)
            : throw new InvalidDataException(
                $"Folder '{path}' holds no model: expected {DescriptionName} with {AtomicFolder.MarkerName}, "
                + $"a Hugging Face {HuggingFaceFolder.ConfigName}, or a llama2.c .bin file.");
    }

    internal static void Save(LanguageModel model, string folder, IFileSystem fileSystem) =>
        AtomicFolder.Write(fileSystem, folder, temporary =>
        {
            var description = new Description(Description.CurrentFormat, model.Config, model.Special, model.Generation);
            AtomicFile.WriteAllBytes(fileSystem, Path.Combine(temporary, DescriptionName), StrictJson.ToBytes(description));
            Safetensors.Write(
                fileSystem,
                Path.Combine(temporary, WeightsName),
                model.Module.named_parameters().Select(p => (p.name, (TorchSharp.torch.Tensor)p.parameter)));
            TokenizerFile.Save(model.Tokenizer, temporary, fileSystem);
        });

    private static LanguageModel LoadOwn(string folder)
    {
        var path = Path.Combine(folder, DescriptionName);
        var description = StrictJson.ReadFile<Description>(path);
        if (description.Format != Description.CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {description.Format}; this version reads {Description.CurrentFormat}. "
                + "Use the version that wrote it.");
        using var weights = SafetensorsFile.Open(Path.Combine(folder, WeightsName));
        var config = Checked(description.Config, path);
        SafetensorsWeights.RequireLayers(config, weights.Header.Tensors.Count, path);
        var module = new TransformerModel(config, SafetensorsWeights.Source(weights));
        return Together(folder, module, () =>
        {
            SafetensorsWeights.RequireAllUsed(weights, module);
            return new LanguageModel(module, TokenizerFile.Load(folder), description.Special) { Generation = description.Generation };
        });
    }

    /// <summary>
    /// Makes a model of what its files hold, around a module already read. Where the parts do not fit, the files are to blame, not the
    /// caller, and the module is disposed.
    /// </summary>
    internal static LanguageModel Together(string path, TransformerModel module, Func<LanguageModel> make)
    {
        try
        {
            return HandOver.Into(module, _ => make());
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{path}': {error.Message}", error);
        }
    }

    private static LanguageModel LoadLlama2C(string file)
    {
        var tokenizer = TokenizerFile.Load(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var module = Llama2C.Read(file);
        return Together(file, module, () => new LanguageModel(module, tokenizer));
    }

    private static TransformerConfig Checked(TransformerConfig config, string path)
    {
        try
        {
            return config.Validated();
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{path}': {error.Message}", error);
        }
    }
}
