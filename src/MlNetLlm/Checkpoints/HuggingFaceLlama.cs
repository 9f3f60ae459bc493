using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Checkpoints;

/// <summary>Llama, Mistral and Qwen2 in Hugging Face's layout: one naming, rotary pairs as halves, different keys of config.json.</summary>
internal static class HuggingFaceLlama
{
    private static readonly WeightNames[] _weights =
    [
        new("model.embed_tokens", "embeddings.token"),
        new("model.layers.{0}.input_layernorm", "layers.{0}.attention_norm"),
        new("model.layers.{0}.self_attn.q_proj", "layers.{0}.attention.query"),
        new("model.layers.{0}.self_attn.k_proj", "layers.{0}.attention.key"),
        new("model.layers.{0}.self_attn.v_proj", "layers.{0}.attention.value"),
        new("model.layers.{0}.self_attn.o_proj", "layers.{0}.attention.output"),
        new("model.layers.{0}.post_attention_layernorm", "layers.{0}.mlp_norm"),
        new("model.layers.{0}.mlp.gate_proj", "layers.{0}.mlp.gate"),
        new("model.layers.{0}.mlp.up_proj", "layers.{0}.mlp.up"),
        new("model.layers.{0}.mlp.down_proj", "layers.{0}.mlp.down"),
        new("model.norm", "final_norm"),
        new("lm_head", "head"),
    ];

    internal static HuggingFaceArchitecture Llama { get; } = Family("llama", "LlamaForCausalLM", ReadLlama, WriteLlama);

    internal static HuggingFaceArchitecture Mistral { get; } = Family("mistral", "MistralForCausalLM", ReadMistral, WriteMistral);

    internal static HuggingFaceArchitecture Qwen2 { get; } = Family("qwen2", "Qwen2ForCausalLM", ReadQwen2, WriteQwen2);

    private static HuggingFaceArchitecture Family(
        string modelType, string modelClass, Func<ConfigJson, TransformerConfig> read, Func<TransformerConfig, JsonObject> write) =>
        new(modelType, modelClass, "model.", read, write, _weights, ["rotary_emb.inv_freq"]);

    private static TransformerConfig ReadLlama(ConfigJson json)
    {
        var bias = json.Flag("attention_bias", false);
        return ReadCommon(json, "llama", epsilon: 1e-6) with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            FeedForwardBias = json.Flag("mlp_bias", false),
        };
    }

    private static TransformerConfig ReadMistral(ConfigJson json) => ReadCommon(json, "mistral", epsilon: 1e-6) with
    {
        SlidingWindow = json.OptionalInt("sliding_window"),
    };

    private static TransformerConfig ReadQwen2(ConfigJson json)
    {
        var config = ReadCommon(json, "qwen2", epsilon: 1e-6) with { QueryKeyValueBias = true };
        if (!json.Flag("use_sliding_window", false))
            return config;
        var full = Math.Min(json.Int("max_window_layers", config.Layers), config.Layers);      // these layers see everything
        json.Require("max_window_layers", full == 0 || full == config.Layers, "0 or the number of layers: the same window in all of them");
        return config with { SlidingWindow = full == 0 ? json.OptionalInt("sliding_window") : null };
    }

    private static TransformerConfig ReadCommon(ConfigJson json, string architecture, double epsilon)
    {
        json.Require("hidden_act", (json.Text("hidden_act") ?? "silu") is "silu" or "swish", "silu");
        var heads = json.Int("num_attention_heads");
        var config = TransformerConfig.Llama(
            json.Int("vocab_size"),
            json.Int("hidden_size"),
            json.Int("num_hidden_layers"),
            heads,
            json.Int("max_position_embeddings"),
            json.Int("num_key_value_heads", heads),
            json.Int("intermediate_size"));
        var headWidth = json.Int("head_dim", config.HeadWidth);
        return config with
        {
            Architecture = architecture,
            HeadWidth = headWidth,
            RotaryWidth = headWidth,
            RotaryBase = HuggingFaceKeys.RotaryBase(json),
            NormEpsilon = json.Number("rms_norm_eps", epsilon),
            TiedHead = json.Flag("tie_word_embeddings", false),
        };
    }

    private static JsonObject WriteLlama(TransformerConfig config) => WriteCommon(config).With(
        ("attention_bias", config.QueryKeyValueBias),
        ("mlp_bias", config.FeedForwardBias));

    private static JsonObject WriteMistral(TransformerConfig config) => WriteCommon(config).With(
        ("sliding_window", config.SlidingWindow));

    private static JsonObject WriteQwen2(TransformerConfig config) => WriteCommon(config).With(
        ("max_window_layers", config.SlidingWindow is null ? config.Layers : 0),
        ("sliding_window", config.SlidingWindow),
        ("use_sliding_window", config.SlidingWindow is not null));

    private static JsonObject WriteCommon(TransformerConfig config) => new()
    {
        ["head_dim"] = config.HeadWidth,
        ["hidden_act"] = "silu",
        ["hidden_size"] = config.Width,
        ["intermediate_size"] = config.FeedForwardWidth,
        ["max_position_embeddings"] = config.ContextLength,
        ["num_attention_heads"] = config.Heads,
        ["num_hidden_layers"] = config.Layers,
        ["num_key_value_heads"] = config.KeyValueHeads,
        ["rms_norm_eps"] = config.NormEpsilon,
        ["rope_theta"] = config.RotaryBase,
        ["tie_word_embeddings"] = config.TiedHead,
        ["vocab_size"] = config.VocabularySize,
    };

    private static JsonObject With(this JsonObject json, params ReadOnlySpan<(string Key, JsonNode? Value)> members)
    {
        foreach (var (key, value) in members)
            json[key] = value;
        return json;
    }
}
