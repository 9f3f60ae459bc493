// Trains dense models on generated questions, measures what every module matters to every data set, looks for communities of modules that
// matter to the same ones, tests whether they follow the functions, and fine-tunes the community of each target's function alone. Prints
// numbers that result.json of the run has too; keeps each network in networks/, and the fine-tuned models as ordinary ML.NET models. What
// the run was run with stands in Values.cs; files that are not named here are the experiment's own.
using System.Globalization;
using Microsoft.ML;
using MlNetLlm;
using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.SkillQuestions;
using TorchSharp;

if (args is ["use", var file, var skill, var count] && int.TryParse(count, CultureInfo.InvariantCulture, out var number))
    return Consumption.Answer(file, skill, number);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
var questions = new GeneratedQuestions(Values.Questions);
var accuracies = new Dictionary<string, List<double>>();
foreach (var seed in Values.Seeds)
{
    using var model = Train(seed).To(Values.Training.Device);
    var asked = new SubjectModel(ml, model, null);
    var right = asked.Accuracies(questions);
    Say($"dense-{seed}: accuracy", questions.Sets.Average(set => (double)right[set.Name].Right / right[set.Name].Questions));

    // Importances on two halves of the calibration questions; their mean is the matrix.
    var first = asked.Importance(questions, Values.Importance, CancellationToken.None).Table;
    var second = asked.Importance(
        questions, Values.Importance with { SkipRows = Values.Importance.RowsPerDataSet }, CancellationToken.None).Table;
    var importance = MatrixTable.Mean(first, second).Named();
    var analysis = new CorrectedAnalysis(Values.Network, questions, Values.Seed, CancellationToken.None);
    var found = analysis.Run(importance, (first.Named(), second.Named()));
    Report($"dense-{seed}", found);
    Keep($"dense-{seed}", importance, found);

    var areas = FunctionAreas.Of(
        analysis.PureResiduals(importance), analysis.Functions, found.Partition(), ModelModules.Of(model.Config),
        Values.Network.AreaModules);
    foreach (var form in Values.Forms) Tune(model, seed, form, areas);
}
foreach (var (what, values) in accuracies) Say(what, values.Average());
return 0;

LanguageModel Train(int seed)
{
    var tokenizer = SkillVocabulary.Tokenizer;
    var options = Values.Training with { Seed = seed };
    var looks = options.EvaluateEvery > 0;
    return ml.LanguageModels().Pretrain(Values.Model, tokenizer, tokenizer.Special, options, looks ? IsGoodEnough : null,
            new ProgressLines($"dense-{seed}"))
        .Fit(questions.Train((long)options.MaxSteps * options.BatchSize), looks ? Looks() : null).Model;
}

bool IsGoodEnough(LanguageModel now) => new SubjectModel(ml, now, null).Accuracies(questions, _ => Looks())
    .Values.Average(score => (double)score.Right / score.Questions) >= Values.StopAccuracy;

IDataView Looks() => questions.Validation(null, Values.LookQuestions);

void Report(string model, CorrectedResult found)
{
    Say($"{model}: T1: F of functions", found.Functions.Statistic);
    Say($"{model}: T1: null mean", found.Functions.NullMean);
    Say($"{model}: T1: p after Holm", found.Holm[0]);
    Say($"{model}: T2: modules and preferred functions, ARI", found.Modules.Statistic);
    Say($"{model}: module communities", found.Partition().Count);
    Say($"{model}: Louvain runs agree, ARI", found.Louvain);
    Say($"{model}: Q", found.Q.Statistic);
}

void Keep(string model, NamedMatrix importance, CorrectedResult found) => new MultiplexNetwork
{
    Source = $"{model}: mean |w g| of every matrix",
    Skills = questions.Counts,
    Importance = importance,
    Labels = new Dictionary<string, IReadOnlyDictionary<string, string>>
    {
        ["communities"] = importance.Columns.Index().ToDictionary(module => module.Item, module => $"{found.Communities[module.Index]}"),
    },
}.Save(Path.Combine("networks", model));

// Of each target its function's modules alone.
void Tune(LanguageModel model, int seed, TargetForm form, IReadOnlyList<IReadOnlyList<string>> areas)
{
    var functions = questions.Sets.Where(set => set.Pure).Select(set => set.Function).Distinct().ToList();
    foreach (var target in Values.Targets)
    {
        var area = areas[functions.IndexOf(Skill.Find(target).Function)];
        var rows = questions.Target(form, target, QuestionSplit.Train, Values.Tuning.MaxSteps * Values.Tuning.BatchSize);
        var progress = new ProgressLines($"dense-{seed}, {target}, {form.Name}");
        var trained = ml.Communities().FineTuneCommunity(model, Values.Tuning with { Community = area, Seed = seed }, progress).Fit(rows);
        using var tuned = trained.Model;
        var test = questions.Target(form, target, QuestionSplit.Test, Values.TargetQuestions);
        Add($"tuning Community, shared rate: accuracy, target, {form.Name}", SubjectModel.Accuracy(ml, tuned, test));
        ml.Model.Save(ml.LanguageModels().ScoreChoices(tuned).Fit(test), test.Schema, $"dense-{seed}-{target}-{form.Name}.zip");
    }
}

void Add(string what, double value)
{
    if (!accuracies.TryGetValue(what, out var values)) accuracies[what] = values = [];
    values.Add(value);
}

void Say(string what, double value) => Console.WriteLine($"{what}: {value.ToString("R", CultureInfo.InvariantCulture)}");
