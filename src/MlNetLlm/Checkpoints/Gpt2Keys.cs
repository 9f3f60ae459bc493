using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Checkpoints;

/// <summary>The keys of GPT-2's configuration file, which CodeGen has taken over.</summary>
internal static class Gpt2Keys
{
    /// <summary>The configuration with what the keys say beyond the sizes of the model.</summary>
    /// <param name="config">A configuration of the right sizes.</param>
    /// <param name="json">The file.</param>
    /// <param name="tiedHead">Whether the head is tied where the file does not say.</param>
    /// <param name="dropout">The share dropped where the file does not say.</param>
    internal static TransformerConfig Read(TransformerConfig config, ConfigJson json, bool tiedHead, double dropout)
    {
        json.Require("activation_function", HuggingFaceKeys.IsTanhGelu(json.Text("activation_function") ?? "gelu_new"), "gelu_new");
        return config with
        {
            FeedForwardWidth = json.Int("n_inner", config.FeedForwardWidth),
            NormEpsilon = json.Number("layer_norm_epsilon", 1e-5),
            TiedHead = json.Flag("tie_word_embeddings", tiedHead),
            Dropout = json.Number("resid_pdrop", dropout),
        };
    }

    internal static JsonObject Write(TransformerConfig config) => new()
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
        ["tie_word_embeddings"] = config.TiedHead,
        ["vocab_size"] = config.VocabularySize,
    };
}
