using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Checkpoints;

/// <summary>CodeGen in Hugging Face's layout: query, value and key in one matrix, dealt out in four blocks of heads.</summary>
internal static class HuggingFaceCodeGen
{
    internal static HuggingFaceArchitecture Architecture { get; } = new(
        "codegen",
        "CodeGenForCausalLM",
        "transformer.",
        Read,
        Write,
        [
            new("transformer.wte", "embeddings.token"),
            new("transformer.h.{0}.ln_1", "layers.{0}.attention_norm"),
            new("transformer.h.{0}.attn.qkv_proj", WeightLayout.FourBlocks,
                "layers.{0}.attention.query", "layers.{0}.attention.key", "layers.{0}.attention.value"),
            new("transformer.h.{0}.attn.out_proj", "layers.{0}.attention.output"),
            new("transformer.h.{0}.mlp.fc_in", "layers.{0}.mlp.up"),
            new("transformer.h.{0}.mlp.fc_out", "layers.{0}.mlp.down"),
            new("transformer.ln_f", "final_norm"),
            new("lm_head", "head"),
        ],
        [".attn.causal_mask", ".attn.masked_bias"]);

    private static TransformerConfig Read(ConfigJson json)
    {
        json.Require("activation_function", HuggingFaceKeys.IsTanhGelu(json.Text("activation_function") ?? "gelu_new"), "gelu_new");
        var heads = json.Int("n_head");
        json.Require("n_head", heads % 4 == 0, "a multiple of 4, the number of blocks its weights are dealt out in");
        var config = TransformerConfig.CodeGen(
            json.Int("vocab_size"), json.Int("n_embd"), json.Int("n_layer"), heads, json.Int("n_positions"), json.Int("rotary_dim"));
        return config with
        {
            FeedForwardWidth = json.Int("n_inner", config.FeedForwardWidth),
            NormEpsilon = json.Number("layer_norm_epsilon", 1e-5),
            TiedHead = json.Flag("tie_word_embeddings", false),
            Dropout = json.Number("resid_pdrop", 0),
        };
    }

    private static JsonObject Write(TransformerConfig config) => new()
    {
        ["activation_function"] = "gelu_new",
        ["attn_pdrop"] = config.Dropout,
        ["embd_pdrop"] = config.Dropout,
        ["layer_norm_epsilon"] = config.NormEpsilon,
        ["n_ctx"] = config.ContextLength,
        ["n_embd"] = config.Width,
        ["n_head"] = config.Heads,
        ["n_inner"] = config.FeedForwardWidth,
        ["n_layer"] = config.Layers,
        ["n_positions"] = config.ContextLength,
        ["resid_pdrop"] = config.Dropout,
        ["rotary_dim"] = config.RotaryWidth,
        ["tie_word_embeddings"] = config.TiedHead,
        ["vocab_size"] = config.VocabularySize,
    };
}
