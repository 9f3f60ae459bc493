using System.Text.Json.Nodes;
using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>config.json, key by key: what an absent key stands for, and what a key may not say.</summary>
public sealed class HuggingFaceConfigTests
{
    private const string Gpt2 = """{ "vocab_size": 13, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 12 }""";

    private const string CodeGen = """
        { "vocab_size": 13, "n_embd": 32, "n_layer": 2, "n_head": 8, "n_positions": 12, "rotary_dim": 2 }
        """;

    private const string Llama = """
        { "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
          "max_position_embeddings": 12 }
        """;

    private const string Roberta = """
        { "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
          "max_position_embeddings": 14 }
        """;

    [Test]
    public void Read_OfGpt2WithoutFurtherKeys_TakesItsDefaults() => Assert.That(Read("gpt2", Gpt2),
        Is.EqualTo(TransformerConfig.Gpt2(13, 16, 2, 4, 12) with { TiedHead = true, Dropout = 0.1, NormEpsilon = 1e-5 }));

    [Test]
    public void Read_OfCodeGenWithoutFurtherKeys_TakesItsDefaults() => Assert.That(Read("codegen", CodeGen),
        Is.EqualTo(TransformerConfig.CodeGen(13, 32, 2, 8, 12, 2) with { TiedHead = false, Dropout = 0, NormEpsilon = 1e-5 }));

    [Test]
    public void Read_OfLlamaWithoutFurtherKeys_TakesItsDefaults([Values("llama", "mistral")] string family)
    {
        var config = Read(family, Llama);
        Assert.That(config, Is.EqualTo(TransformerConfig.Llama(13, 16, 2, 4, 12, 4, 20) with
        {
            Architecture = family, NormEpsilon = 1e-6, RotaryBase = 10_000, TiedHead = false, QueryKeyValueBias = false, OutputBias = false,
            FeedForwardBias = false, SlidingWindow = null,
        }));
        Assert.That((config.HeadWidth, config.RotaryWidth, config.KeyValueHeads), Is.EqualTo((4, 4, 4)));
    }

    [Test]
    public void Read_OfRobertaWithoutFurtherKeys_TakesItsDefaults() => Assert.That(Read("roberta", Roberta),
        Is.EqualTo(TransformerConfig.Roberta(13, 16, 2, 4, 12) with
        {
            FeedForwardWidth = 20, NormEpsilon = 1e-12, PositionOffset = 2, TokenTypes = 2, TiedHead = true, Dropout = 0.1,
        }));

    private static IEnumerable<TestCaseData> Keys()
    {
        yield return Case("gpt2", Gpt2, "n_inner", "20", c => c.FeedForwardWidth, 20);
        yield return Case("gpt2", Gpt2, "layer_norm_epsilon", "1e-4", c => c.NormEpsilon, 1e-4);
        yield return Case("gpt2", Gpt2, "tie_word_embeddings", "false", c => c.TiedHead, false);
        yield return Case("gpt2", Gpt2, "resid_pdrop", "0.25", c => c.Dropout, 0.25);
        yield return Case("gpt2", Gpt2, "activation_function", "\"gelu_pytorch_tanh\"", c => c.FeedForward, FeedForwardKind.GeluTanh);
        yield return Case("gpt2", Gpt2, "activation_function", "\"gelu_fast\"", c => c.FeedForward, FeedForwardKind.GeluTanh);
        yield return Case("gpt2", Gpt2, "scale_attn_weights", "true", c => c.Width, 16);
        yield return Case("codegen", CodeGen, "tie_word_embeddings", "true", c => c.TiedHead, true);
        yield return Case("llama", Llama, "num_key_value_heads", "2", c => c.KeyValueHeads, 2);
        yield return Case("llama", Llama, "head_dim", "6", c => (c.HeadWidth, c.RotaryWidth), (6, 6));
        yield return Case("llama", Llama, "hidden_act", "\"swish\"", c => c.FeedForward, FeedForwardKind.SwiGlu);
        yield return Case("llama", Llama, "rms_norm_eps", "1e-5", c => c.NormEpsilon, 1e-5);
        yield return Case("llama", Llama, "tie_word_embeddings", "true", c => c.TiedHead, true);
        yield return Case("llama", Llama, "attention_bias", "true", c => (c.QueryKeyValueBias, c.OutputBias, c.FeedForwardBias),
            (true, true, false));
        yield return Case("llama", Llama, "mlp_bias", "true", c => (c.QueryKeyValueBias, c.OutputBias, c.FeedForwardBias),
            (false, false, true));
        yield return Case("llama", Llama, "rope_theta", "500", c => c.RotaryBase, 500.0);
        yield return Case("llama", Llama, "rope_parameters", "{ \"rope_theta\": 600, \"rope_type\": \"default\" }", c => c.RotaryBase,
            600.0);
        yield return Case("llama", Llama, "rope_parameters", "{}", c => c.RotaryBase, 10_000.0);
        yield return Case("llama", Llama, "rope_scaling", "{ \"type\": \"default\" }", c => c.RotaryBase, 10_000.0);
        yield return Case("mistral", Llama, "sliding_window", "5", c => c.SlidingWindow, 5);
        yield return Case("qwen2", Llama, "sliding_window", "5", c => (c.SlidingWindow, c.QueryKeyValueBias, c.OutputBias),
            ((int?)null, true, false));
        yield return Case("qwen2", Llama, "use_sliding_window", "true", c => c.SlidingWindow, null);
        yield return Case("roberta", Roberta, "pad_token_id", "3", c => (c.PositionOffset, c.ContextLength), (4, 10));
        yield return Case("roberta", Roberta, "layer_norm_eps", "1e-5", c => c.NormEpsilon, 1e-5);
        yield return Case("roberta", Roberta, "type_vocab_size", "1", c => c.TokenTypes, 1);
        yield return Case("roberta", Roberta, "tie_word_embeddings", "false", c => c.TiedHead, false);
        yield return Case("roberta", Roberta, "hidden_dropout_prob", "0.2", c => c.Dropout, 0.2);
        yield return Case("roberta", Roberta, "is_decoder", "false", c => c.Causal, false);

        static TestCaseData Case(
            string family, string config, string key, string value, Func<TransformerConfig, object?> read, object? expected) =>
            new TestCaseData(family, config, key, value, read, expected).SetArgDisplayNames(family, key, value);
    }

    [TestCaseSource(nameof(Keys))]
    public void Read_OfAKey_TakesIt(
        string family, string config, string key, string value, Func<TransformerConfig, object?> read, object? expected) =>
        Assert.That(read(Read(family, With(config, key, value))), Is.EqualTo(expected));

    [TestCase("gpt2", Gpt2, "scale_attn_weights", "false", "this library takes true")]
    [TestCase("gpt2", Gpt2, "scale_attn_by_inverse_layer_idx", "true", "this library takes false")]
    [TestCase("gpt2", Gpt2, "add_cross_attention", "true", "this library takes false")]
    [TestCase("gpt2", Gpt2, "activation_function", "\"gelu\"", "this library takes gelu_new")]
    [TestCase("llama", Llama, "hidden_act", "\"gelu\"", "this library takes silu")]
    [TestCase("llama", Llama, "rope_scaling", "{ \"rope_type\": \"yarn\" }", "this library takes unscaled rotary positions")]
    [TestCase("llama", Llama, "rope_scaling", "{ \"type\": \"linear\" }", "this library takes unscaled rotary positions")]
    [TestCase("llama", Llama, "rope_parameters", "{ \"rope_type\": \"llama3\" }", "this library takes unscaled rotary positions")]
    [TestCase("roberta", Roberta, "hidden_act", "\"relu\"", "this library takes gelu")]
    [TestCase("roberta", Roberta, "is_decoder", "true", "this library takes false")]
    [TestCase("roberta", Roberta, "position_embedding_type", "\"relative_key\"", "this library takes absolute positions")]
    public void Read_OfWhatIsNotComputed_NamesKeyAndWhatIs(string family, string config, string key, string value, string expected) =>
        Assert.That(() => Read(family, With(config, key, value)), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith($"'config.json': '{key}' is ").And.Message.Contains(expected));

    [TestCase(true, 0, 5)]
    [TestCase(true, 1, -1)]
    [TestCase(true, 2, null)]
    [TestCase(true, 9, null)]
    [TestCase(false, 0, null)]
    public void Read_OfQwen2Windows_TakesAllLayersOrNone(bool use, int fullLayers, int? expected)
    {
        var json = With(With(With(Llama, "sliding_window", "5"), "use_sliding_window", use ? "true" : "false"),
            "max_window_layers", $"{fullLayers}");
        if (expected == -1)
            Assert.That(() => Read("qwen2", json), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
                "'max_window_layers' is 1, this library takes 0 or the number of layers"));
        else
            Assert.That(Read("qwen2", json).SlidingWindow, Is.EqualTo(expected));
    }

    [TestCase("rope_theta", "700", 700)]
    [TestCase("rope_theta", "null", 600)]
    public void Read_OfTwoRotaryBases_TakesTheOuter(string key, string value, double expected) => Assert.That(
        Read("llama", With(With(Llama, "rope_parameters", "{ \"rope_theta\": 600 }"), key, value)).RotaryBase, Is.EqualTo(expected));

    private static IEnumerable<TestCaseData> Written()
    {
        var gpt2 = TransformerConfig.Gpt2(13, 16, 2, 4, 12) with { Dropout = 0.25, FeedForwardWidth = 20, NormEpsilon = 1e-4 };
        yield return Case("gpt2", gpt2);
        yield return Case("gpt2 untied", gpt2 with { TiedHead = false });
        yield return Case("codegen", TransformerConfig.CodeGen(13, 32, 2, 8, 12, 2) with { FeedForwardWidth = 20, NormEpsilon = 1e-4 });
        var llama = TransformerConfig.Llama(13, 16, 2, 4, 12, 2, 20) with { HeadWidth = 6, RotaryWidth = 6, RotaryBase = 7 };
        yield return Case("llama", llama with { NormEpsilon = 1e-4, TiedHead = true });
        yield return Case("llama with biases", llama with { QueryKeyValueBias = true, OutputBias = true, FeedForwardBias = true });
        yield return Case("mistral", llama with { Architecture = "mistral", SlidingWindow = 3 });
        yield return Case("mistral without a window", llama with { Architecture = "mistral" });
        yield return Case("qwen2", llama with { Architecture = "qwen2", QueryKeyValueBias = true });
        yield return Case("qwen2 with a window", llama with { Architecture = "qwen2", QueryKeyValueBias = true, SlidingWindow = 3 });
        yield return Case("roberta", TransformerConfig.Roberta(13, 16, 2, 4, 12) with
        {
            PositionOffset = 4, TokenTypes = 3, Dropout = 0.2, FeedForwardWidth = 20, NormEpsilon = 1e-4, TiedHead = false,
        });

        static TestCaseData Case(string name, TransformerConfig config) => new TestCaseData(config).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Written))]
    public void Write_ThenRead_GivesTheSameConfiguration(TransformerConfig config)
    {
        var family = HuggingFaceArchitecture.Find(config.Architecture)!;
        Assert.That(family.ReadChecked(ConfigJson.Of(family.Write(config), "config.json")), Is.EqualTo(config));
        Assert.That(() => family.RequireExpressible(config), Throws.Nothing);
    }

    [Test]
    public void RequireExpressible_OfWhatItsFileRefuses_SaysWhy()
    {
        var codegen = TransformerConfig.CodeGen(13, 32, 2, 8, 12, 2) with { Heads = 2, KeyValueHeads = 2, HeadWidth = 16 };
        Assert.That(() => HuggingFaceArchitecture.Find("codegen")!.RequireExpressible(codegen), Throws.ArgumentException.With.Message
            .StartsWith("A Hugging Face folder of family 'codegen' cannot express this model: 'config.json': 'n_head' is 2, "));
    }

    [Test]
    public void ReadChecked_OfSizesThatMakeNoModel_NamesTheFile() => Assert.That(
        () => Read("llama", With(Llama, "num_hidden_layers", "0")),
        Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("'config.json': ").And.Message.Contains(
            "Layers is 0, expected at least 1."));

    private static TransformerConfig Read(string family, string json) =>
        HuggingFaceArchitecture.Find(family)!.ReadChecked(ConfigJson.Of(JsonNode.Parse(json)!.AsObject(), "config.json"));

    private static string With(string json, string key, string value)
    {
        var config = JsonNode.Parse(json)!.AsObject();
        config[key] = JsonNode.Parse(value);
        return config.ToJsonString();
    }
}
