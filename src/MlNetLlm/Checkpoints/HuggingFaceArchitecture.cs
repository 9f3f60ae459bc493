using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;

namespace MlNetLlm.Checkpoints;

/// <summary>How one family of models is written in a Hugging Face folder: keys of config.json, names and layouts of the weights.</summary>
/// <param name="ModelType">model_type in config.json, and <see cref="TransformerConfig.Architecture"/>.</param>
/// <param name="ModelClass">Class name for "architectures" in config.json.</param>
/// <param name="Prefix">What stands before names in whole models and is left out in headless ones.</param>
/// <param name="Read">config.json to configuration.</param>
/// <param name="Write">Configuration to config.json.</param>
/// <param name="Weights">Their names and ours.</param>
/// <param name="Unused">Endings of tensors that files may hold and the model does not need.</param>
internal sealed record HuggingFaceArchitecture(
    string ModelType,
    string ModelClass,
    string Prefix,
    Func<ConfigJson, TransformerConfig> Read,
    Func<TransformerConfig, JsonObject> Write,
    IReadOnlyList<WeightNames> Weights,
    IReadOnlyList<string> Unused)
{
    private static readonly HuggingFaceArchitecture[] _all =
    [
        HuggingFaceGpt2.Architecture,
        HuggingFaceLlama.Llama, HuggingFaceLlama.Mistral, HuggingFaceLlama.Qwen2,
        HuggingFaceCodeGen.Architecture,
        HuggingFaceRoberta.Architecture,
    ];

    /// <summary>The family of this name, or null.</summary>
    internal static HuggingFaceArchitecture? Find(string modelType) => _all.FirstOrDefault(a => a.ModelType == modelType);

    /// <summary>What to say about a family that is not known.</summary>
    internal static string Unknown(string modelType)
    {
        var known = _all.Select(a => a.ModelType).ToList();
        var hint = Nearest.To(modelType, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", known)}.";
        return $"the model type '{modelType}' is not known. {hint}";
    }

    /// <summary>Throws when config.json cannot express this model: written and read again it would be another.</summary>
    internal void RequireExpressible(TransformerConfig config)
    {
        var read = Reread(config);
        if (config with { Dropout = 0 } == read with { Dropout = 0 })
            return;
        var lost = typeof(TransformerConfig).GetProperties()
            .Where(property => property.CanWrite && !Equals(property.GetValue(config), property.GetValue(read)))
            .Select(property => $"{property.Name} is {property.GetValue(config)}, it would come back as {property.GetValue(read)}");
        throw new ArgumentException(
            $"A Hugging Face folder of family '{config.Architecture}' cannot express this model: {string.Join("; ", lost)}. "
            + "Save it with LanguageModel.Save instead.");
    }

    private TransformerConfig Reread(TransformerConfig config)
    {
        try
        {
            return ReadChecked(ConfigJson.Of(Write(config), HuggingFaceFolder.ConfigName));
        }
        catch (InvalidDataException error)
        {
            throw new ArgumentException(
                $"A Hugging Face folder of family '{config.Architecture}' cannot express this model: {error.Message}", error);
        }
    }

    /// <summary>Reads and checks a configuration.</summary>
    internal TransformerConfig ReadChecked(ConfigJson json)
    {
        try
        {
            return Read(json).Validated();
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{json.Path}': {error.Message}", error);
        }
    }
}
