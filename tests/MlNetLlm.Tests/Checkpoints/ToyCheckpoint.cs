using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>A tiny checkpoint with random weights under Hugging Face's names, with the config.json that goes with it.</summary>
internal sealed class ToyCheckpoint
{
    public const int Vocabulary = 13;
    public const int Context = 12;

    private readonly Dictionary<string, (int[] Shape, float[] Values)> _weights = [];
    private readonly Random _random = new(17);

    public int Width { get; private init; } = 16;

    public int Heads { get; private init; } = 4;

    public int KeyHeads { get; private init; } = 4;

    public int HeadWidth { get; private init; } = 4;

    public int Layers => 2;

    public int Units => 20;

    public string Config { get; private init; } = "";

    public IEnumerable<string> Names => _weights.Keys;

    public bool Has(string name) => _weights.ContainsKey(name);

    public double[] Vector(string name) => [.. _weights[name].Values.Select(value => (double)value)];

    public double[]? OptionalVector(string name) => Has(name) ? Vector(name) : null;

    public double[] Row(string name, int row) => [.. _weights[name].Values.Skip(row * Width).Take(Width).Select(value => (double)value)];

    public double[,] Matrix(string name)
    {
        var (shape, values) = _weights[name];
        var matrix = new double[shape[0], shape[1]];
        for (var i = 0; i < values.Length; i++)
            matrix[i / shape[1], i % shape[1]] = values[i];
        return matrix;
    }

    public void Add(string name, params int[] shape) => _weights.Add(
        name, (shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(_random.NextDouble() - 0.5))]));

    public void Remove(string name) => _weights.Remove(name);

    public void Rename(Func<string, string> rename)
    {
        foreach (var name in _weights.Keys.ToList())
            if (_weights.Remove(name, out var weight))
                _weights.Add(rename(name), weight);
    }

    /// <summary>Writes config.json and the weights, in one file or, with an index, in several.</summary>
    public void Write(string folder, ScalarType type = ScalarType.Float32, int files = 1)
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
        var parts = _weights.Select((weight, i) => (weight, i)).GroupBy(item => item.i % files, item => item.weight).ToList();
        string Name(int part) => files == 1 ? "model.safetensors" : $"model-{part + 1:00000}-of-{files:00000}.safetensors";
        foreach (var part in parts)
            Safetensors.Write(
                FileSystems.Default,
                Path.Combine(folder, Name(part.Key)),
                part.Select(w => (w.Key, tensor(w.Value.Values, [.. w.Value.Shape.Select(size => (long)size)]).to(type))));
        if (files > 1)
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), "{\"metadata\":{\"total_size\":1},\"weight_map\":{"
                + string.Join(",", parts.SelectMany(part => part.Select(w => $"\"{w.Key}\":\"{Name(part.Key)}\""))) + "}}");
    }

    public static ToyCheckpoint Gpt2()
    {
        var c = new ToyCheckpoint
        {
            Config = """
                { "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 13, "n_positions": 12, "n_ctx": 12,
                    "n_embd": 16,
                  "n_layer": 2, "n_head": 4, "n_inner": 20, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05,
                      "resid_pdrop": 0.1,
                  "bos_token_id": 12, "eos_token_id": 12, "summary_type": "cls_index",
                      "task_specific_params": { "a": { "max_length": 50 } } }
                """,
        };
        c.Add("transformer.wte.weight", Vocabulary, 16);
        c.Add("transformer.wpe.weight", Context, 16);
        for (var l = 0; l < 2; l++)
        {
            var h = $"transformer.h.{l}.";
            c.AddNorm(h + "ln_1");
            c.Add(h + "attn.bias", 1, 1, Context, Context);      // a mask, not a weight
            c.AddBoth(h + "attn.c_attn", 16, 48, bias: 48);
            c.AddBoth(h + "attn.c_proj", 16, 16, bias: 16);
            c.AddNorm(h + "ln_2");
            c.AddBoth(h + "mlp.c_fc", 16, 20, bias: 20);
            c.AddBoth(h + "mlp.c_proj", 20, 16, bias: 16);
        }
        c.AddNorm("transformer.ln_f");
        return c;
    }

    public static ToyCheckpoint Llama() => LlamaLike(
        """
        { "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20,
          "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 12, "hidden_act": "silu",
          "rms_norm_eps": 1e-05, "rope_theta": 5000.0, "rope_scaling": null, "attention_bias": false, "tie_word_embeddings": false,
          "bos_token_id": 1, "eos_token_id": [2, 3], "torch_dtype": "float32", "use_cache": true }
        """, keyHeads: 2, headWidth: 4, ownHead: true);

    public static ToyCheckpoint Mistral() => LlamaLike(
        """
        { "model_type": "mistral", "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "head_dim": 6,
          "num_attention_heads": 4, "num_key_value_heads": 1, "max_position_embeddings": 12, "hidden_act": "silu", "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0, "sliding_window": 3 }
        """, keyHeads: 1, headWidth: 6, ownHead: true);

    public static ToyCheckpoint Qwen2() => LlamaLike(
        """
        { "model_type": "qwen2", "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2,
          "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 12, "hidden_act": "silu", "rms_norm_eps": 1e-06,
          "rope_theta": 1000000.0, "sliding_window": 4, "use_sliding_window": false, "max_window_layers": 2, "tie_word_embeddings": true }
        """, keyHeads: 2, headWidth: 4, ownHead: false, bias: true);

    public static ToyCheckpoint CodeGen()
    {
        var c = new ToyCheckpoint
        {
            Heads = 8,
            KeyHeads = 8,
            HeadWidth = 4,
            Width = 32,
            Config = """
                { "model_type": "codegen", "vocab_size": 13, "n_positions": 12, "n_ctx": 12, "n_embd": 32, "n_layer": 2, "n_head": 8,
                  "rotary_dim": 2, "n_inner": 20, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05, "resid_pdrop": 0.0,
                  "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 12 }
                """,
        };
        c.Add("transformer.wte.weight", Vocabulary, 32);
        for (var l = 0; l < 2; l++)
        {
            var h = $"transformer.h.{l}.";
            c.AddNorm(h + "ln_1");
            c.Add(h + "attn.causal_mask", 1, 1, Context, Context);
            c.Add(h + "attn.qkv_proj.weight", 96, 32);
            c.Add(h + "attn.out_proj.weight", 32, 32);
            c.AddBoth(h + "mlp.fc_in", 20, 32, bias: 20);
            c.AddBoth(h + "mlp.fc_out", 32, 20, bias: 32);
        }
        c.AddNorm("transformer.ln_f");
        c.AddBoth("lm_head", Vocabulary, 32, bias: Vocabulary);
        return c;
    }

    public static ToyCheckpoint Roberta()
    {
        var c = new ToyCheckpoint
        {
            Config = """
                { "model_type": "roberta", "vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2,
                  "num_attention_heads": 4, "max_position_embeddings": 14, "type_vocab_size": 1, "hidden_act": "gelu",
                      "layer_norm_eps": 1e-05,
                  "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2 }
                """,
        };
        const string e = "roberta.embeddings.";
        c.Add(e + "word_embeddings.weight", Vocabulary, 16);
        c.Add(e + "position_embeddings.weight", Context + 2, 16);
        c.Add(e + "token_type_embeddings.weight", 1, 16);
        c.AddNorm(e + "LayerNorm");
        for (var l = 0; l < 2; l++)
        {
            var p = $"roberta.encoder.layer.{l}.";
            foreach (var name in new[] { "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense" })
                c.AddBoth(p + name, 16, 16, bias: 16);
            c.AddNorm(p + "attention.output.LayerNorm");
            c.AddBoth(p + "intermediate.dense", 20, 16, bias: 20);
            c.AddBoth(p + "output.dense", 16, 20, bias: 16);
            c.AddNorm(p + "output.LayerNorm");
        }
        c.AddBoth("lm_head.dense", 16, 16, bias: 16);
        c.AddNorm("lm_head.layer_norm");
        c.Add("lm_head.bias", Vocabulary);
        c.Add("roberta.pooler.dense.weight", 16, 16);
        return c;
    }

    private static ToyCheckpoint LlamaLike(string config, int keyHeads, int headWidth, bool ownHead, bool bias = false)
    {
        var c = new ToyCheckpoint { Config = config, KeyHeads = keyHeads, HeadWidth = headWidth };
        c.Add("model.embed_tokens.weight", Vocabulary, 16);
        for (var l = 0; l < 2; l++)
        {
            var p = $"model.layers.{l}.";
            c.Add(p + "input_layernorm.weight", 16);
            foreach (
                var (name, rows) in new[] { ("q_proj", 4 * headWidth), ("k_proj", keyHeads * headWidth), ("v_proj", keyHeads * headWidth) })
            {
                c.Add($"{p}self_attn.{name}.weight", rows, 16);
                if (bias)
                    c.Add($"{p}self_attn.{name}.bias", rows);
            }
            c.Add(p + "self_attn.o_proj.weight", 16, 4 * headWidth);
            c.Add(p + "self_attn.rotary_emb.inv_freq", 2);
            c.Add(p + "post_attention_layernorm.weight", 16);
            c.Add(p + "mlp.gate_proj.weight", 20, 16);
            c.Add(p + "mlp.up_proj.weight", 20, 16);
            c.Add(p + "mlp.down_proj.weight", 16, 20);
        }
        c.Add("model.norm.weight", 16);
        if (ownHead)
            c.Add("lm_head.weight", Vocabulary, 16);
        return c;
    }

    private void AddBoth(string name, int rows, int columns, int bias)
    {
        Add(name + ".weight", rows, columns);
        Add(name + ".bias", bias);
    }

    private void AddNorm(string name)
    {
        Add(name + ".weight", Width);
        Add(name + ".bias", Width);
    }
}
