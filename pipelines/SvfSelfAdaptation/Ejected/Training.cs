// Trains each arm with the learning rate that validation chose, prints its perplexity and the base model's, with standard errors, on
// held-out text of the new domain and on text of the old one, which result.json of the run has too, and saves it as an ordinary ML.NET
// model. What the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.Lora;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Training;
using TorchSharp;

if (args is ["use", var file]) return Consumption.Score(file);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
using var model = ml.LanguageModels().Load(Values.Model).To(Values.Device);
var text = ml.LanguageModels().ReadText(Values.Text, TextUnit.Paragraph);

// ML.NET's own split, twice: test, then validation, then training.
var rows = text.GetColumn<string>("Text").LongCount();
var first = ml.Data.TrainTestSplit(text, (double)Values.TestRows / rows, seed: Values.Seed);
var second = ml.Data.TrainTestSplit(first.TrainSet, (double)Values.ValidationRows / (rows - Values.TestRows), seed: Values.Seed);

// The base model writes the text of the domain it knows.
Console.Error.WriteLine("sampling text of the old domain from the base model");
var old = ml.Data.LoadFromEnumerable(
    OldDomainText.Sample(model, Values.OldDomainTexts, Values.Seed).Select(written => new { Text = written }));

Say("base", ml.LanguageModels().Score(model).Fit(second.TrainSet));
foreach (var (arm, options) in Values.Arms)
{
    var fitted = Method(options, new ProgressLines(arm)).Append(ml.LanguageModels().Score()).Fit(second.TrainSet);
    Say(arm, fitted);
    ml.Model.Save(fitted, text.Schema, $"{arm}.zip");
}
return 0;

void Say(string arm, ITransformer pipeline)
{
    foreach (var (split, held) in new[] { ("new-domain", first.TestSet), ("old-domain", old) })
    {
        var metrics = ml.LanguageModels().Evaluate(pipeline.Transform(held));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{arm}, {split}: perplexity {metrics.Perplexity:R} ± {metrics.PerplexityStandardError:R}"));
    }
}

IEstimator<ITransformer> Method(TrainingOptions options, ProgressLines progress) => options switch
{
    SvfOptions svf => ml.LanguageModels().FineTuneSvf(model, svf, progress),
    LoraOptions lora => ml.LanguageModels().FineTuneLora(model, lora, progress),
    FullOptions full => ml.LanguageModels().FineTuneFull(model, full, progress),
    _ => throw new NotSupportedException($"There is no method with options {options.GetType().Name}."),
};
