using MlNetLlm.LanguageModels;

namespace MlNetLlm.Checkpoints;

/// <summary>GPT-2 in Hugging Face's layout: matrices stand as (in, out), query, key and value side by side.</summary>
internal static class HuggingFaceGpt2
{
    internal static HuggingFaceArchitecture Architecture { get; } = new(
        "gpt2",
        "GPT2LMHeadModel",
        "transformer.",
        Read,
        Gpt2Keys.Write,
        [
            new("transformer.wte", "embeddings.token"),
            new("transformer.wpe", "embeddings.position"),
            new("transformer.h.{0}.ln_1", "layers.{0}.attention_norm"),
            new("transformer.h.{0}.attn.c_attn", WeightLayout.Columns,
                "layers.{0}.attention.query", "layers.{0}.attention.key", "layers.{0}.attention.value"),
            new("transformer.h.{0}.attn.c_proj", WeightLayout.Columns, "layers.{0}.attention.output"),
            new("transformer.h.{0}.ln_2", "layers.{0}.mlp_norm"),
            new("transformer.h.{0}.mlp.c_fc", WeightLayout.Columns, "layers.{0}.mlp.up"),
            new("transformer.h.{0}.mlp.c_proj", WeightLayout.Columns, "layers.{0}.mlp.down"),
            new("transformer.ln_f", "final_norm"),
            new("lm_head", "head"),
        ],
        [".attn.bias", ".attn.masked_bias"]);

    private static TransformerConfig Read(ConfigJson json)
    {
        json.Require("scale_attn_weights", json.Flag("scale_attn_weights", true), "true");
        json.Require("scale_attn_by_inverse_layer_idx", !json.Flag("scale_attn_by_inverse_layer_idx", false), "false");
        json.Require("add_cross_attention", !json.Flag("add_cross_attention", false), "false");
        var config = TransformerConfig.Gpt2(
            json.Int("vocab_size"), json.Int("n_embd"), json.Int("n_layer"), json.Int("n_head"), json.Int("n_positions"));
        return Gpt2Keys.Read(config, json, tiedHead: true, dropout: 0.1);
    }
}
