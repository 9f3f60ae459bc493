// Trains a body with and one without periodic resets of its embeddings on each seed, learns the tasks in language 1, adds every new
// language by new embeddings, and prints the mean scores, which result.json of the run has too. Of the first seed, the assembled models are
// saved, and a few lines of every new language to try them on. What the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm;
using MlNetLlm.Data.SyntheticLanguages;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.TaskAdaptation;
using TorchSharp;
using static Microsoft.ML.Transforms.ValueToKeyMappingEstimator;

if (args is ["use", var file]) return Consumption.Answer(file);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
var scores = new Dictionary<string, List<double>>();
for (var seed = 1; seed <= Values.Seeds; seed++)
    foreach (var (arm, pretraining) in Values.Arms)
        Run(arm, pretraining with { Seed = Seed(seed) }, seed);
foreach (var (what, values) in scores) Console.WriteLine($"{what}: {values.Average().ToString("R", CultureInfo.InvariantCulture)}");
return 0;

void Run(string arm, PretrainOptions pretraining, int seed)
{
    var first = Languages.First(seed);
    using var body = Pretrain(first, pretraining, new ProgressLines($"{arm}, seed {seed}, first training"));
    var adapted = Values.Tasks.ToDictionary(task => task, task => Adapt(body, Languages.Train(ml, first, task), task, seed));
    foreach (var task in Values.Tasks)
        Add($"{Values.Section}/{arm}, {task}: score, first language", Score(adapted[task], first, task));
    foreach (var (name, distance) in Values.Languages)
    {
        var language = Languages.New(distance, seed);
        if (seed == 1) File.WriteAllLines($"{name}.txt", Languages.Text(language).GetColumn<string>("Text").Take(5));
        foreach (var tokens in Values.Budgets)
        {
            using var learned = Relearn(body, language, tokens, seed);
            foreach (var task in Values.Tasks)
            {
                var assembled = ml.LanguageModels().Assemble(adapted[task], learned);
                Add($"{Values.Section}/{arm}, {task}, {name}, {tokens} tokens: score, update {Values.Relearning.MaxSteps}",
                    Score(assembled, language, task));
                var schema = Languages.Test(ml, language, task).Schema;
                if (seed == 1) ml.Model.Save(assembled, schema, $"{arm}-{task}-{name}-{tokens}.zip");
            }
        }
    }
}

void Add(string what, double value)
{
    if (!scores.TryGetValue(what, out var values)) scores[what] = values = [];
    values.Add(value);
}

int Seed(int seed) => (Values.Seed * 10_000) + seed;

// Stage 1: body and embeddings of language 1.
LanguageModel Pretrain(SyntheticLanguage language, PretrainOptions options, ProgressLines progress) => ml.LanguageModels().Pretrain(
    Values.Body with { VocabularySize = language.Tokenizer.VocabularySize }, language.Tokenizer, language.Tokenizer.Special, options,
    progress: progress)
    .Fit(SyntheticData.Tagged(language, Values.TextRows)).Model;

// Stage 2: body and a task's head; the embeddings are frozen.
TaskTransformer Adapt(LanguageModel body, IDataView rows, string task, int seed) => ml.LanguageModels()
    .AdaptToTask(body, Values.Task with { Task = Languages.Kind(task), Seed = Seed(seed) }, new ProgressLines($"{task}, seed {seed}"))
    .Fit(ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: KeyOrdinality.ByValue).Fit(rows).Transform(rows));

// Stage 3: a new table of embeddings on the frozen body, from the first tokens of a new language.
LanguageModel Relearn(LanguageModel body, SyntheticLanguage language, long tokens, int seed) => ml.LanguageModels()
    .RelearnEmbeddings(body, language.Tokenizer, language.Tokenizer.Special,
        Values.Relearning with { TextTokens = tokens, Seed = Seed(seed) },
        new ProgressLines($"a new language, {tokens} tokens, seed {seed}"))
    .Fit(Languages.Text(language)).Model;

// Stage 4: scored without further training.
double Score(TaskTransformer model, SyntheticLanguage language, string task)
{
    var keys = ml.Data.LoadFromEnumerable(model.Names.Select(name => new { Label = name }));
    var rows = Languages.Test(ml, language, task);
    var keyed = ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(rows).Transform(rows);
    return ml.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy;
}
