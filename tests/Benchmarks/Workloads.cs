using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>The library's side of each comparison.</summary>
internal static class Workloads
{
    public static void Run(string name, string folder)
    {
        var turns = new Turns();
        if (name.StartsWith("probes", StringComparison.Ordinal))
        {
            ProbeRuns.Run(folder, mixed: name == "probes_mixed", turns);
            return;
        }
        if (name.StartsWith("louvain", StringComparison.Ordinal))
        {
            Networks.Run(folder, name, turns);
            return;
        }
        if (name == "sparse")
        {
            SparseRuns.Run(folder, turns);
            return;
        }
        if (name.StartsWith("concepts", StringComparison.Ordinal))
        {
            ConceptRuns.Run(folder, concepts: name == "concepts", turns);
            return;
        }
        if (name == "reinforce")
        {
            ReinforceWorkload.Run(folder, turns);
            return;
        }
        var inputs = Safetensors.Read(Path.Combine(folder, "model.safetensors"));
        switch (name)
        {
            case "train": Train(inputs, turns); break;
            case "svf-factored": Svf(inputs, SvfForward.Factored, turns); break;
            case "svf-materialised": Svf(inputs, SvfForward.Materialised, turns); break;
            case "lora": Lora(inputs, turns); break;
            case "score": Score(inputs, turns); break;
            case "hidden": Hidden(inputs, turns); break;
            case "products": Products.Run(turns); break;
            case "masked": MaskedWorkloads.Train(folder, frozenBody: false, turns); break;
            case "relearn": MaskedWorkloads.Train(folder, frozenBody: true, turns); break;
            case "tokenizer": MaskedWorkloads.TrainTokenizer(turns); break;
            case "importance": ImportanceRuns.Run(folder, turns); break;
            case "experts": ExpertWorkloads.Switch(SvfComposition.Precomputed, turns); break;
            case "experts-factors": ExpertWorkloads.Switch(SvfComposition.Factors, turns); break;
            case "experts-pass": ExpertWorkloads.Pass(turns); break;
            case "decode" or "decode8": Decode(Inputs.StoriesModel(), turns, Managed, name.EndsWith('8') ? 8 : 1, 200); break;
            case "decode-libtorch": Decode(Inputs.StoriesModel(), turns, Libtorch, 1, 200); break;
            case "decode8-libtorch": Decode(Inputs.StoriesModel(), turns, Libtorch, 8, 200); break;
            case "decode-wide": Decode(Inputs.WideModel(), turns, Managed, 1, 50); break;
            case "decode-wide-libtorch": Decode(Inputs.WideModel(), turns, Libtorch, 1, 50); break;
            case "decode8-wide": Decode(Inputs.WideModel(), turns, Managed, 8, 50); break;
            case "decode8-wide-libtorch": Decode(Inputs.WideModel(), turns, Libtorch, 8, 50); break;
            default: throw new ArgumentException($"Unknown workload '{name}'.");
        }
    }

    private static void Train(Dictionary<string, Tensor> inputs, Turns turns)
    {
        using var model = Inputs.Model(inputs);
        TrainingSteps.Run(model, model.named_parameters().Select(p => (p.name, p.parameter)), inputs["tokens"], turns);
    }

    private static void Svf(Dictionary<string, Tensor> inputs, SvfForward forward, Turns turns)
    {
        using var whole = Inputs.Model(inputs);
        using var model = whole.ShareWeights();
        foreach (var projection in model.Projections.Where(p => p.Kind >= ProjectionKind.Gate))
        {
            var (u, sigma, vt) = SvfMath.Factor(projection.Weight);
            projection.Adapter = new SvfProjection(
                new SvfFactors(u, sigma, vt), full_like(sigma, 0.1), new SvfOptions { Forward = forward });
        }
        TrainAdapters(model, inputs, turns);
    }

    private static void Lora(Dictionary<string, Tensor> inputs, Turns turns)
    {
        using var whole = Inputs.Model(inputs);
        using var model = whole.ShareWeights();
        foreach (var p in model.Projections.Where(Inputs.IsAttention))
            p.Adapter = new LoraProjection(
                inputs[$"lora.{p.Name}"], zeros(p.OutputWidth, Inputs.Rank), scale: 2, dropout: 0, new RandomStreams(1)["lora"]);
        TrainAdapters(model, inputs, turns);
    }

    private static void TrainAdapters(TransformerModel model, Dictionary<string, Tensor> inputs, Turns turns) =>
        TrainingSteps.Run(
            model,
            model.Projections.SelectMany(p => p.Adapter?.Parameters.Select(q => ($"{p.Name}.{q.Name}", q.Parameter)) ?? []),
            inputs["tokens"], turns);

    private static void Score(Dictionary<string, Tensor> inputs, Turns turns)
    {
        using var model = Inputs.Model(inputs);
        model.eval();
        using var batch = TrainingSteps.Batch(inputs["tokens"]);
        using var plain = no_grad();
        while (turns.Next())
        {
            using var scope = NewDisposeScope();
            turns.Value = Objectives.NegativeLogLikelihood(
                model.Head, model.Hidden(batch.Tokens), batch.Targets, Inputs.Config.VocabularySize).sum().ToDouble();
        }
    }

    private static void Hidden(Dictionary<string, Tensor> inputs, Turns turns)
    {
        using var model = Inputs.Model(inputs);
        model.eval();
        using var batch = TrainingSteps.Batch(inputs["tokens"]);
        using var plain = no_grad();
        while (turns.Next())
        {
            using var scope = NewDisposeScope();
            turns.Value = model.Hidden(batch.Tokens).abs().mean().ToDouble();
        }
    }

    private static IDecoder Managed(TransformerModel model, int rows) => new ManagedDecoder(model, rows, 201);

    private static IDecoder Libtorch(TransformerModel model, int rows) => new TorchDecoder(model, rows, 201);

    /// <summary>Greedy tokens from the begin token, the same in all rows; the value is the sum of a row's tokens.</summary>
    private static void Decode(TransformerModel model, Turns turns, Func<TransformerModel, int, IDecoder> start, int rows, int count)
    {
        using var owned = model;
        model.eval();
        var (tokens, vocabulary) = (new int[rows], model.Config.VocabularySize);
        while (turns.Next())
        {
            using var decoder = start(model, rows);
            var logits = decoder.Begin([.. Enumerable.Repeat(new[] { 1 }, rows)]);
            turns.Value = 0;
            for (var step = 1; ; step++)
            {
                for (var row = 0; row < rows; row++)
                    tokens[row] = Sampling.Choose(logits.Slice(row * vocabulary, vocabulary), new GenerateOptions(), 0);
                turns.Value += tokens[0];
                if (step == count)
                    break;
                logits = decoder.Step(tokens);
            }
        }
    }
}
