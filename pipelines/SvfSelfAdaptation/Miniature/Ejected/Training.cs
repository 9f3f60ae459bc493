// Trains a base model on base.jsonl, then experts by rewards on the questions of *.train.*.jsonl, one a task, seed by seed, and lets the
// base answer with them in two passes: the first decides which expert, the second answers with it. Prints the shares of right test answers,
// which result.json of the run has too, and saves the self-adapting model of the first seed as an ordinary ML.NET model. The files hold one
// question a line; what the run was run with stands in Values.cs.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tokenization;
using TorchSharp;

if (args is ["use", var file]) return Consumption.Answer(file);
if (args.Length > 0) return Consumption.Usage();

torch.set_num_threads(Values.Threads);
var ml = new MLContext(Values.Seed);
var tokenizer = VocabularyTokenizer.Characters(Values.Characters);
using var model = ml.LanguageModels().Pretrain(Values.Model, tokenizer, tokenizer.Special, Values.Base, progress: new ProgressLines("base"))
    .Fit(JsonLines.Read("base.jsonl")).Model;

var shares = new Dictionary<string, List<double>>();
foreach (var task in Values.Experts.Values.Concat(Values.StrategyTasks)) Add("base", task, Right(model, task));
for (var seed = 1; seed <= Values.ArmSeeds.Count; seed++)
{
    using var library = new SvfExpertLibrary(model);
    foreach (var (label, task) in Values.Experts)
    {
        var trained = Expert(task, seed);
        using var adapted = trained.Model;
        Add(Values.ExpertArm, task, Right(adapted, task));
        library.Add(label, trained.Learned);
    }
    library.Add(Values.Router, Expert(Values.RoutingTask, seed).Learned);
    Strategies(library, seed);
}
foreach (var (what, values) in shares) Console.WriteLine($"{what}: {values.Average().ToString("R", CultureInfo.InvariantCulture)}");
return 0;

// One scale a singular value, learned from what its answers are worth; the step that validates best is kept.
ModelTransformer<SvfExpert> Expert(string task, int seed) => ml.LanguageModels()
    .TrainSvfExpert(
        model, Values.Rewards[task], Values.Arms[task] with { Seed = Values.ArmSeeds[seed - 1] }, new ProgressLines($"{task}, seed {seed}"))
    .Fit(Questions(task, $"train.{seed}"), Questions(task, "validation"));

void Strategies(SvfExpertLibrary library, int seed)
{
    foreach (var task in Values.StrategyTasks)
    {
        foreach (var (strategy, options) in Values.Strategies)
        {
            using var adapting = ml.LanguageModels().SelfAdapt(library, options).Fit(Questions(task, "test"));
            Add(strategy, task, RightAdapting(adapting, task));
            if (seed == 1 && options.ClassificationExpert is not null)
                ml.Model.Save(adapting, Questions(task, "test").Schema, "self-adapting.zip");
        }
        var search = Values.FewShot with { CrossEntropy = Values.Search with { Seed = Values.SearchSeeds[task][seed - 1] } };
        using var mixed = ml.LanguageModels().FewShotMix(library, Values.Rewards[task], search, Values.FewShotAnswers)
            .Fit(Questions(task, $"shots.{seed}"));
        Add(Values.FewShotArm, task, RightAdapting(mixed, task));
    }
}

double Right(LanguageModel asked, string task)
{
    var answers = ml.LanguageModels().Answers(asked, Questions(task, "test"), Values.Rewards[task], Values.Answers);
    return answers.Average(answer => answer.IsRight ? 1.0 : 0);
}

double RightAdapting(SelfAdaptingTransformer adapting, string task)
{
    var questions = Questions(task, "test");
    var (prompts, references) = (questions.GetColumn<string>("Prompt").ToList(), questions.GetColumn<string>("Answer").ToList());
    var answers = adapting.Transform(questions).GetColumn<string>("Answer").ToList();      // hides the questions' own
    return answers.Index().Average(answer =>
        Values.Rewards[task].IsRight(prompts[answer.Index], answer.Item, references[answer.Index]) ? 1.0 : 0);
}

IDataView Questions(string task, string part) => JsonLines.Read($"{task}.{part}.jsonl");

void Add(string arm, string task, double share)
{
    if (!shares.TryGetValue($"{arm}, {task}", out var values)) shares[$"{arm}, {task}"] = values = [];
    values.Add(share);
}
