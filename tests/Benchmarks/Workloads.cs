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
            case "decode": Decode(turns, (model, rows) => new ManagedDecoder(model, rows, 201), 1); break;
            case "decode-libtorch": Decode(turns, (model, rows) => new TorchDecoder(model, rows, 201), 1); break;
            case "decode8": Decode(turns, (model, rows) => new ManagedDecoder(model, rows, 201), 8); break;
            case "decode8-libtorch": Decode(turns, (model, rows) => new TorchDecoder(model, rows, 201), 8); break;
            default: throw new ArgumentException($"Unknown workload '{name}'.");
        }
    }

    private static void Train(Dictionary<string, Tensor> inputs, Turns turns)
    {
        using var model = Inputs.Model(inputs);
        TrainingSteps.Run(model, model.named_parameters().Select(p => (p.name, p.parameter)), inputs["tokens"], null, turns);
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
            inputs["tokens"], [], turns);

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

    /// <summary>200 greedy tokens from the begin token, in as many rows as asked for; the value is the sum of a row's tokens.</summary>
    private static void Decode(Turns turns, Func<TransformerModel, int, IDecoder> start, int rows)
    {
        using var model = Inputs.StoriesModel();
        model.eval();
        var (tokens, vocabulary) = (new int[rows], model.Config.VocabularySize);
        while (turns.Next())
        {
            using var decoder = start(model, rows);
            var logits = decoder.Begin([.. Enumerable.Repeat(new[] { 1 }, rows)]);
            turns.Value = 0;
            for (var step = 0; step < 200; step++)
            {
                for (var row = 0; row < rows; row++)
                    tokens[row] = Sampling.Choose(logits.Slice(row * vocabulary, vocabulary), new GenerateOptions(), 0);
                turns.Value += tokens[0];
                if (step < 199)
                    logits = decoder.Step(tokens);
            }
        }
    }
}
