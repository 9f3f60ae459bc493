// Trains each arm with the learning rate that validation chose, prints its perplexity on held-out text of the new domain, which result.json
// of the run has too, and saves it as an ordinary ML.NET model. What the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Training;
using TorchSharp;

if (args is ["use", var file]) return Consumption.Score(file);

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
using var model = ml.LanguageModels().Load(Values.Model).To(Values.Device);
var text = ml.LanguageModels().ReadText(Values.Text, TextUnit.Paragraph);

// ML.NET's own split, twice: test, then validation, then training.
var rows = text.GetColumn<string>("Text").LongCount();
var first = ml.Data.TrainTestSplit(text, (double)Values.TestRows / rows, seed: Values.Seed);
var second = ml.Data.TrainTestSplit(first.TrainSet, (double)Values.ValidationRows / (rows - Values.TestRows), seed: Values.Seed);

foreach (var (arm, options) in Values.Arms)
{
    var fitted = Method(options).Append(ml.LanguageModels().Score()).Fit(second.TrainSet);
    var metrics = ml.LanguageModels().Evaluate(fitted.Transform(first.TestSet));
    Console.WriteLine($"{arm} {metrics.Perplexity.ToString("R", CultureInfo.InvariantCulture)}");
    ml.Model.Save(fitted, text.Schema, $"{arm}.zip");
}
return 0;

IEstimator<ITransformer> Method(TrainingOptions options) => options switch
{
    SvfOptions svf => ml.LanguageModels().FineTuneSvf(model, svf),
    LoraOptions lora => ml.LanguageModels().FineTuneLora(model, lora),
    FullOptions full => ml.LanguageModels().FineTuneFull(model, full),
    _ => throw new NotSupportedException($"There is no method with options {options.GetType().Name}."),
};
