using System.Text.Json;
using System.Text.Json.Nodes;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// Reads an experiment's options: a preset file, changed by Name=Value settings. Unknown names are refused with the nearest known one.
/// </summary>
internal static class PresetFile
{
    /// <exception cref="ArgumentException">The preset or an option is unknown, or a setting is no Name=Value of one.</exception>
    public static TOptions Load<TOptions>(Experiment experiment, string preset, IReadOnlyList<string> sets)
        where TOptions : class
    {
        var path = experiment.PresetPath(preset);
        if (!File.Exists(path))
        {
            throw new ArgumentException(
                $"Experiment '{experiment.Name}' has no preset '{preset}'. Known: {string.Join(", ", experiment.Presets)}.");
        }
        if (sets.Count == 0) return StrictJson.ReadFile<TOptions>(path);

        _ = StrictJson.ReadFile<TOptions>(path);   // a fault of the preset itself names its own line
        var json = JsonNode.Parse(File.ReadAllText(path), null,
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        foreach (var set in sets) new OptionSetting(set).Apply(json.AsObject(), JsonOptions.Strict.GetTypeInfo(typeof(TOptions)));
        return StrictJson.Parse<TOptions>(json.ToJsonString(), "--set");
    }

    /// <summary>Every option, defaults included.</summary>
    public static JsonNode ToJson<TOptions>(TOptions options) => JsonSerializer.SerializeToNode(options, JsonOptions.Strict)!;

    /// <summary>The options of a stored result.</summary>
    public static TOptions FromJson<TOptions>(JsonNode options)
        where TOptions : class => StrictJson.Parse<TOptions>(options.ToJsonString(), "the stored options");
}
