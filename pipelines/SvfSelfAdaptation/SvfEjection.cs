using System.Globalization;
using System.Text.Json;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>Writes the main job's arms as C#: each arm's pipeline with the learning rate that validation chose.</summary>
internal static class SvfEjection
{
    /// <exception cref="InvalidOperationException">The run made its own model and text, or has no arm that trains.</exception>
    public static IEnumerable<(string Name, string Text)> Of(RunResult result)
    {
        var options = StrictJson.Parse<SvfExperimentOptions>(result.Options.ToJsonString(), "the stored options");
        if (!result.Data.Any(d => d.Name == options.Model))
            throw new InvalidOperationException(
                "This run pre-trained a model on generated text; only runs on a stored model can be ejected.");
        var arms = result.Metrics.Where(m => m.Name == "learning rate").Select(m => (m.Arm, Rate: m.Value)).ToList();
        if (arms.Count == 0) throw new InvalidOperationException("This run has no arm that trains.");
        yield return ("Training.cs", Training(options, result, arms));
        yield return ("Consumption.cs", Consumption);
    }

    private static string Training(SvfExperimentOptions options, RunResult result, List<(string Arm, double Rate)> arms) =>
        $$"""
        // The arms of a run of svf (preset {{Comment(result.Preset)}}, seed {{result.Seed}}) over the library alone. Trains each,
        // prints its perplexity on held-out text of the new domain (the number in result.json), and saves it as an ordinary
        // ML.NET model.
        using System.Globalization;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using MlNetLlm;
        using MlNetLlm.Adapters;
        using MlNetLlm.Data;
        using MlNetLlm.FineTuning;
        using MlNetLlm.Lora;
        using MlNetLlm.Svf;
        using TorchSharp;

        const int Seed = {{result.Seed}};
        if (args is ["use", var file]) return Consumption.Score(file);

        torch.set_num_threads({{result.Environment.Threads}});
        var ml = new MLContext(Seed);
        var model = ml.LanguageModels().Load({{Source(options.Model)}});
        var text = ml.LanguageModels().ReadText({{Source(options.Text)}}, TextUnit.Paragraph);

        // ML.NET's own split, twice: test, then validation, then training.
        var rows = text.GetColumn<string>("Text").LongCount();
        var first = ml.Data.TrainTestSplit(text, (double){{options.TestRows}} / rows, seed: Seed);
        var second = ml.Data.TrainTestSplit(
            first.TrainSet, (double){{options.ValidationRows}} / (rows - {{options.TestRows}}), seed: Seed);

        {{string.Join("\n", arms.Select(arm => $"Train({Literal(arm.Arm)}, {Estimator(arm.Arm, arm.Rate, options)});"))}}
        return 0;

        void Train(string arm, IEstimator<ITransformer> estimator)
        {
            var fitted = estimator.Append(ml.LanguageModels().Score()).Fit(second.TrainSet);
            var metrics = ml.LanguageModels().Evaluate(fitted.Transform(first.TestSet));
            Console.WriteLine($"{arm} {metrics.Perplexity.ToString("R", CultureInfo.InvariantCulture)}");
            ml.Model.Save(fitted, text.Schema, $"{arm}.zip");
        }

        """;

    private static string Estimator(string arm, double rate, SvfExperimentOptions options)
    {
        var shared = $"LearningRate = {rate.ToString("R", CultureInfo.InvariantCulture)}, MaxTokens = {options.MaxTokens}, "
            + $"BatchSize = {options.BatchSize}, SequenceLength = {options.SequenceLength}, Seed = Seed";
        return arm switch
        {
            "svf-mlp" => $"ml.LanguageModels().FineTuneSvf(model, new SvfOptions {{ {shared}, Modules = ModuleSet.Mlp }})",
            "svf-attention" => $"ml.LanguageModels().FineTuneSvf(model, new SvfOptions {{ {shared}, Modules = ModuleSet.Attention }})",
            "svf-all" => $"ml.LanguageModels().FineTuneSvf(model, new SvfOptions {{ {shared}, Modules = ModuleSet.All }})",
            "lora-1" => $"ml.LanguageModels().FineTuneLora(model, new LoraOptions {{ {shared}, Rank = 1 }})",
            "lora-16" => $"ml.LanguageModels().FineTuneLora(model, new LoraOptions {{ {shared}, Rank = 16 }})",
            "full" => $"ml.LanguageModels().FineTuneFull(model, new FullOptions {{ {shared} }})",
            _ => throw new InvalidOperationException($"Arm '{arm}' has no pipeline that could be written."),
        };
    }

    private const string Consumption =
        """
        // Uses a saved arm as any ML.NET model: dotnet run -- use svf-mlp.zip, with lines of text on standard input.
        using Microsoft.ML;
        using Microsoft.ML.Data;

        internal static class Consumption
        {
            public static int Score(string file)
            {
                var ml = new MLContext();
                var model = ml.Model.Load(file, out _);
                var rows = new List<Row>();
                while (Console.ReadLine() is { } line) rows.Add(new Row { Text = line });
                var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
                foreach (var nats in scored.GetColumn<double>("NegativeLogLikelihood")) Console.WriteLine(nats);
                return 0;
            }

            private sealed class Row
            {
                public string Text { get; set; } = "";
            }
        }

        """;

    // Data sets are found by name in a checkout alone, so a project elsewhere gets their paths.
    private static string Source(string name) => Literal(Path.GetFullPath(DatasetCatalog.Resolve(name)));

    // JSON's texts are C#'s, but for a few escapes that neither writer uses.
    private static string Literal(string text) => JsonSerializer.Serialize(text);

    private static string Comment(string text) => JsonSerializer.Serialize(text);
}
