using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Checkpoints;

/// <summary>RoBERTa with its masked-language head in Hugging Face's layout.</summary>
internal static class HuggingFaceRoberta
{
    internal static HuggingFaceArchitecture Architecture { get; } = new(
        "roberta",
        "RobertaForMaskedLM",
        "roberta.",
        Read,
        Write,
        [
            new("roberta.embeddings.word_embeddings", "embeddings.token"),
            new("roberta.embeddings.position_embeddings", "embeddings.position"),
            new("roberta.embeddings.token_type_embeddings", "embeddings.token_type"),
            new("roberta.embeddings.LayerNorm", "embeddings.norm"),
            new("roberta.encoder.layer.{0}.attention.self.query", "layers.{0}.attention.query"),
            new("roberta.encoder.layer.{0}.attention.self.key", "layers.{0}.attention.key"),
            new("roberta.encoder.layer.{0}.attention.self.value", "layers.{0}.attention.value"),
            new("roberta.encoder.layer.{0}.attention.output.dense", "layers.{0}.attention.output"),
            new("roberta.encoder.layer.{0}.attention.output.LayerNorm", "layers.{0}.attention_norm"),
            new("roberta.encoder.layer.{0}.intermediate.dense", "layers.{0}.mlp.up"),
            new("roberta.encoder.layer.{0}.output.dense", "layers.{0}.mlp.down"),
            new("roberta.encoder.layer.{0}.output.LayerNorm", "layers.{0}.mlp_norm"),
            new("lm_head.dense", "head.transform"),
            new("lm_head.layer_norm", "head.transform.norm"),
            new("lm_head.decoder.weight", "head.weight"),
            new("lm_head.bias", "head.bias"),
        ],
        ["embeddings.position_ids", "embeddings.token_type_ids", "pooler.dense.weight", "pooler.dense.bias", "lm_head.decoder.bias"]);

    private static TransformerConfig Read(ConfigJson json)
    {
        json.Require("hidden_act", (json.Text("hidden_act") ?? "gelu") == "gelu", "gelu");
        json.Require(
            "position_embedding_type", (json.Text("position_embedding_type") ?? "absolute") == "absolute", "absolute positions");
        json.Require("is_decoder", !json.Flag("is_decoder", false), "false");
        var offset = json.Int("pad_token_id", 1) + 1;                          // positions are counted from the padding id on
        var config = TransformerConfig.Roberta(
            json.Int("vocab_size"),
            json.Int("hidden_size"),
            json.Int("num_hidden_layers"),
            json.Int("num_attention_heads"),
            json.Int("max_position_embeddings") - offset);
        return config with
        {
            FeedForwardWidth = json.Int("intermediate_size"),
            NormEpsilon = json.Number("layer_norm_eps", 1e-12),
            PositionOffset = offset,
            TokenTypes = json.Int("type_vocab_size", 2),
            TiedHead = json.Flag("tie_word_embeddings", true),
            Dropout = json.Number("hidden_dropout_prob", 0.1),
        };
    }

    private static JsonObject Write(TransformerConfig config) => new()
    {
        ["attention_probs_dropout_prob"] = config.Dropout,
        ["hidden_act"] = "gelu",
        ["hidden_dropout_prob"] = config.Dropout,
        ["hidden_size"] = config.Width,
        ["intermediate_size"] = config.FeedForwardWidth,
        ["layer_norm_eps"] = config.NormEpsilon,
        ["max_position_embeddings"] = config.ContextLength + config.PositionOffset,
        ["num_attention_heads"] = config.Heads,
        ["num_hidden_layers"] = config.Layers,
        ["pad_token_id"] = config.PositionOffset - 1,
        ["position_embedding_type"] = "absolute",
        ["tie_word_embeddings"] = config.TiedHead,
        ["type_vocab_size"] = config.TokenTypes,
        ["vocab_size"] = config.VocabularySize,
    };
}
