using static MlNetLlm.Tests.Checkpoints.SlowMath;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// The families of models as their papers and checkpoints define them, straight from Hugging Face's names and layouts, in float64 loops.
/// Each takes token ids and gives logits, a row a position.
/// </summary>
internal static class SlowModels
{
    /// <summary>Radford et al. 2019.</summary>
    public static double[][] Gpt2(ToyCheckpoint w, int[] tokens)
    {
        var (width, heads) = (w.Width, w.Heads);
        var x = tokens.Select((id, t) =>
            w.Row("transformer.wte.weight", id).Zip(w.Row("transformer.wpe.weight", t), (a, b) => a + b).ToArray()).ToArray();
        for (var l = 0; l < w.Layers; l++)
        {
            var h = $"transformer.h.{l}.";
            var n = Map(x, row => Norm(row, h + "ln_1"));
            var qkv = Map(n, row => Conv1D(row, w.Matrix(h + "attn.c_attn.weight"), w.Vector(h + "attn.c_attn.bias")));
            var mixed = Attend(Map(qkv, r => r[..width]), Map(qkv, r => r[width..(2 * width)]), Map(qkv, r => r[(2 * width)..]), heads,
                heads, (i, j) => j <= i);
            x = Add(x, Map(mixed, row => Conv1D(row, w.Matrix(h + "attn.c_proj.weight"), w.Vector(h + "attn.c_proj.bias"))));
            var up = Map(x, row => Conv1D(Norm(row, h + "ln_2"), w.Matrix(h + "mlp.c_fc.weight"), w.Vector(h + "mlp.c_fc.bias")));
            var hidden = Map(up, row => [.. row.Select(GeluNew)]);
            x = Add(x, Map(hidden, row => Conv1D(row, w.Matrix(h + "mlp.c_proj.weight"), w.Vector(h + "mlp.c_proj.bias"))));
        }
        return Map(x, row => Linear(Norm(row, "transformer.ln_f"), w.Matrix("transformer.wte.weight")));

        double[] Norm(double[] row, string name) => LayerNorm(row, w.Vector(name + ".weight"), w.Vector(name + ".bias"), 1e-5);
    }

    /// <summary>
    /// Touvron et al. 2023, with the window of Jiang et al. 2023 and the biases of Yang et al. 2024 where the weights have them.
    /// </summary>
    public static double[][] Llama(ToyCheckpoint w, int[] tokens, double rotaryBase, double epsilon, int? window = null)
    {
        var d = w.HeadWidth;
        var x = tokens.Select(id => w.Row("model.embed_tokens.weight", id)).ToArray();
        for (var l = 0; l < w.Layers; l++)
        {
            var p = $"model.layers.{l}.";
            var n = Map(x, row => RmsNorm(row, w.Vector(p + "input_layernorm.weight"), epsilon));
            var q = Project(n, "self_attn.q_proj").Select((row, t) => RotateHalves(row, t, d, rotaryBase)).ToArray();
            var k = Project(n, "self_attn.k_proj").Select((row, t) => RotateHalves(row, t, d, rotaryBase)).ToArray();
            var v = Project(n, "self_attn.v_proj");
            var mixed = Attend(q, k, v, w.Heads, w.KeyHeads, (i, j) => j <= i && (window is null || j > i - window));
            x = Add(x, Project(mixed, "self_attn.o_proj"));
            n = Map(x, row => RmsNorm(row, w.Vector(p + "post_attention_layernorm.weight"), epsilon));
            var (gate, up) = (Project(n, "mlp.gate_proj"), Project(n, "mlp.up_proj"));
            double[][] hidden = [.. gate.Zip(up, (g, u) => g.Zip(u, (a, b) => Silu(a) * b).ToArray())];
            x = Add(x, Project(hidden, "mlp.down_proj"));

            double[][] Project(double[][] rows, string name) =>
                Map(rows, row => Linear(row, w.Matrix(p + name + ".weight"), w.OptionalVector(p + name + ".bias")));
        }
        var head = w.Has("lm_head.weight") ? "lm_head.weight" : "model.embed_tokens.weight";
        return Map(x, row => Linear(RmsNorm(row, w.Vector("model.norm.weight"), epsilon), w.Matrix(head)));
    }

    /// <summary>
    /// Nijkamp et al. 2023; the fused matrix as released: four blocks, in each query, value, key of a quarter of the heads.
    /// </summary>
    public static double[][] CodeGen(ToyCheckpoint w, int[] tokens, int rotaryWidth)
    {
        var (width, d) = (w.Width, w.HeadWidth);
        var x = tokens.Select(id => w.Row("transformer.wte.weight", id)).ToArray();
        for (var l = 0; l < w.Layers; l++)
        {
            var h = $"transformer.h.{l}.";
            var n = Map(x, row => Norm(row, h + "ln_1"));
            var qkv = Map(n, row => Linear(row, w.Matrix(h + "attn.qkv_proj.weight")));
            double[][] q = [.. Part(0).Select((row, t) => RotatePairs(row, t, d, rotaryWidth))];
            double[][] k = [.. Part(2).Select((row, t) => RotatePairs(row, t, d, rotaryWidth))];
            var mixed = Attend(q, k, Part(1), w.Heads, w.Heads, (i, j) => j <= i);
            var attention = Map(mixed, row => Linear(row, w.Matrix(h + "attn.out_proj.weight")));
            var up = Map(n, row => Linear(row, w.Matrix(h + "mlp.fc_in.weight"), w.Vector(h + "mlp.fc_in.bias")));
            var hidden = Map(up, row => [.. row.Select(GeluNew)]);
            var mlp = Map(hidden, row => Linear(row, w.Matrix(h + "mlp.fc_out.weight"), w.Vector(h + "mlp.fc_out.bias")));
            x = Add(Add(x, attention), mlp);

            double[][] Part(int part) => Map(qkv, row =>
                [.. Enumerable.Range(0, 4).SelectMany(block => row.Skip(block * 3 * width / 4 + part * width / 4).Take(width / 4))]);
        }
        return Map(x, row => Linear(Norm(row, "transformer.ln_f"), w.Matrix("lm_head.weight"), w.Vector("lm_head.bias")));

        double[] Norm(double[] row, string name) => LayerNorm(row, w.Vector(name + ".weight"), w.Vector(name + ".bias"), 1e-5);
    }

    /// <summary>
    /// Devlin et al. 2019 as changed by Liu et al. 2019: positions from 2, one token type; the last tokens may be padding.
    /// </summary>
    public static double[][] Roberta(ToyCheckpoint w, int[] tokens, int valid)
    {
        const string e = "roberta.embeddings.";
        var x = tokens.Select((id, t) => Norm(Sum(w.Row(e + "word_embeddings.weight", id), w.Row(e + "position_embeddings.weight", t + 2),
            w.Row(e + "token_type_embeddings.weight", 0)), e + "LayerNorm")).ToArray();
        for (var l = 0; l < w.Layers; l++)
        {
            var p = $"roberta.encoder.layer.{l}.";
            var (q, k, v) = (Project(x, "attention.self.query"), Project(x, "attention.self.key"), Project(x, "attention.self.value"));
            var mixed = Attend(q, k, v, w.Heads, w.Heads, (_, j) => j < valid);
            x = Map(Add(x, Project(mixed, "attention.output.dense")), row => Norm(row, p + "attention.output.LayerNorm"));
            var hidden = Map(Project(x, "intermediate.dense"), row => [.. row.Select(Gelu)]);
            x = Map(Add(x, Project(hidden, "output.dense")), row => Norm(row, p + "output.LayerNorm"));

            double[][] Project(double[][] rows, string name) =>
                Map(rows, row => Linear(row, w.Matrix(p + name + ".weight"), w.Vector(p + name + ".bias")));
        }
        var transformed = Map(x, row => Linear(row, w.Matrix("lm_head.dense.weight"), w.Vector("lm_head.dense.bias")));
        return Map(transformed, row => Linear(
            Norm([.. row.Select(Gelu)], "lm_head.layer_norm"), w.Matrix(e + "word_embeddings.weight"), w.Vector("lm_head.bias")));

        double[] Norm(double[] row, string name) => LayerNorm(row, w.Vector(name + ".weight"), w.Vector(name + ".bias"), 1e-5);
        static double[] Sum(double[] a, double[] b, double[] c) => [.. a.Select((value, i) => value + b[i] + c[i])];
    }
}
