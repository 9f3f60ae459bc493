using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// Special tokens and sampling defaults in config.json and generation_config.json; the latter comes first where both speak.
/// </summary>
internal static class HuggingFaceGeneration
{
    internal static SpecialTokens Special(ConfigJson config, ConfigJson? generation, SpecialTokens tokenizer) => tokenizer with
    {
        Bos = Ids(config, generation, "bos_token_id").Cast<int?>().FirstOrDefault() ?? tokenizer.Bos,
        Eos = Ids(config, generation, "eos_token_id").Cast<int?>().FirstOrDefault() ?? tokenizer.Eos,
        Pad = Ids(config, generation, "pad_token_id").Cast<int?>().FirstOrDefault() ?? tokenizer.Pad,
    };

    internal static GenerateOptions Options(ConfigJson config, ConfigJson? generation)
    {
        var samples = generation?.Flag("do_sample", false) == true;
        return new GenerateOptions
        {
            Temperature = samples ? generation!.Number("temperature", 1) : 0,
            TopK = samples ? generation!.Int("top_k", 50) : 0,
            TopP = samples ? generation!.Number("top_p", 1) : 1,
            StopTokens = [.. Ids(config, generation, "eos_token_id").Skip(1)],       // the first is Special.Eos
        };
    }

    internal static JsonObject Write(SpecialTokens special, GenerateOptions options)
    {
        var json = new JsonObject();
        AddIds(json, special);
        if (special.Eos is { } eos && options.StopTokens.Count > 0)
            json["eos_token_id"] = new JsonArray([eos, .. options.StopTokens]);
        if (options.Temperature > 0)
        {
            json["do_sample"] = true;
            json["temperature"] = options.Temperature;
            json["top_k"] = options.TopK;
            json["top_p"] = options.TopP;
        }
        return json;
    }

    internal static void AddIds(JsonObject json, SpecialTokens special)
    {
        foreach (var (key, id) in new[] { ("bos_token_id", special.Bos), ("eos_token_id", special.Eos), ("pad_token_id", special.Pad) })
            if (id is not null)
                json.TryAdd(key, id);
    }

    private static IReadOnlyList<int> Ids(ConfigJson config, ConfigJson? generation, string key) =>
        generation?.Has(key) == true ? generation.IntOrInts(key) : config.IntOrInts(key);
}
