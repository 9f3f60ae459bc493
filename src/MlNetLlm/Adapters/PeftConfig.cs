using System.Text.Json.Nodes;
using MlNetLlm.Checkpoints;

namespace MlNetLlm.Adapters;

/// <summary>What adapter_config.json says of a LoRA adapter; what this library would not compute the same way is refused.</summary>
internal sealed record PeftConfig(int Rank, double Alpha, IReadOnlyDictionary<string, double> Alphas, IReadOnlyList<string> Targets)
{
    internal const string FileName = "adapter_config.json";

    /// <summary>Keys that say where an adapter came from or how it was trained, and change nothing about what it computes.</summary>
    private static readonly HashSet<string> _harmless =
    [
        "auto_mapping", "base_model_name_or_path", "fan_in_fan_out", "inference_mode", "layers_pattern", "layers_to_transform",
        "loftq_config", "lora_dropout", "megatron_core", "peft_version", "revision",
    ];

    private static readonly HashSet<string> _read =
        ["alpha_pattern", "bias", "init_lora_weights", "lora_alpha", "peft_type", "r", "target_modules", "task_type", "use_rslora"];

    /// <summary>Reads and checks a file.</summary>
    internal static PeftConfig Read(string path)
    {
        var json = ConfigJson.Read(path);
        json.Require("peft_type", json.Text("peft_type") == "LORA", "LORA");
        json.Require("task_type", json.Text("task_type") is null or "CAUSAL_LM", "CAUSAL_LM");
        json.Require("bias", json.Text("bias") is null or "none", "none");
        json.Require("init_lora_weights", KeepsTheBase(json), "true, false or gaussian: starts that leave the base model as it is");
        foreach (var key in json.Keys.Where(key => !_harmless.Contains(key) && !_read.Contains(key)))
            json.Require(key, json.IsOff(key), "it absent, null, false or empty");
        var (rank, alpha) = (json.Int("r"), Positive(json, "lora_alpha"));
        json.Require("r", rank > 0, "1 or more");
        var scale = json.Flag("use_rslora", false) ? Math.Sqrt(rank) : 1;      // α / √r instead of α / r
        var patterns = json.Inner("alpha_pattern");
        var alphas = patterns?.Keys.ToDictionary(key => Literal(patterns, key), key => scale * Positive(patterns, key));
        return new PeftConfig(rank, scale * alpha, alphas ?? [], json.IsList("target_modules") ? json.Texts("target_modules") : []);
    }

    /// <summary>α of a module: that of the first pattern that is its name or its name's end, otherwise the common one.</summary>
    internal double AlphaOf(string module) => Alphas.Where(pattern => Names(module, pattern.Key)).Select(pattern => pattern.Value)
        .FirstOrDefault(Alpha);

    /// <summary>Whether target_modules takes a module in; where it is a text, a rule of Python's, the tensors alone say it.</summary>
    internal bool Takes(string module) => Targets.Count == 0 || Targets.Any(target => Names(module, target));

    /// <summary>What PEFT is to read; the keys it has beside these are left at its defaults.</summary>
    internal JsonObject ToJson(string? baseModelName, bool isTransposed) => new()
    {
        ["alpha_pattern"] = new JsonObject(),
        ["base_model_name_or_path"] = baseModelName,
        ["bias"] = "none",
        ["fan_in_fan_out"] = isTransposed,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["lora_alpha"] = Alpha == Math.Floor(Alpha) && Alpha < int.MaxValue ? (int)Alpha : Alpha,
        ["lora_dropout"] = 0.0,
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = Rank,
        ["rank_pattern"] = new JsonObject(),
        ["target_modules"] = new JsonArray([.. Targets.Select(target => (JsonNode)target)]),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = false,
    };

    private static bool Names(string module, string target) =>
        module == target || module.EndsWith("." + target, StringComparison.Ordinal);

    private static double Positive(ConfigJson json, string key)
    {
        json.Require(key, json.Number(key, double.NaN) is > 0 and < double.PositiveInfinity, "a number above 0");
        return json.Number(key, double.NaN);
    }

    private static string Literal(ConfigJson patterns, string key)
    {
        patterns.Require(key, key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'), "patterns that are plain module names");
        return key;
    }

    private static bool KeepsTheBase(ConfigJson json) =>
        json.IsText("init_lora_weights") ? json.Text("init_lora_weights") == "gaussian" : json.IsFlag("init_lora_weights");
}
