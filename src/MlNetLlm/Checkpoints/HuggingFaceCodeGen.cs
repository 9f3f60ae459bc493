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
        var heads = json.Int("n_head");
        json.Require("n_head", heads % 4 == 0, "a multiple of 4, the number of blocks its weights are dealt out in");
        var config = TransformerConfig.CodeGen(
            json.Int("vocab_size"), json.Int("n_embd"), json.Int("n_layer"), heads, json.Int("n_positions"), json.Int("rotary_dim"));
        return Gpt2Keys.Read(config, json, tiedHead: false, dropout: 0);
    }

    private static JsonObject Write(TransformerConfig config)
    {
        var json = Gpt2Keys.Write(config);
        json["rotary_dim"] = config.RotaryWidth;
        return json;
    }
}
