using Microsoft.ML;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Runs;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>
/// Ejects the method itself: a base model, experts by rewards with the rates that validation chose, and the three strategies that answer
/// with them. Questions become files, which one's own can replace. What it is compared with, and the studies of its parts, stay behind.
/// </summary>
internal static class MiniatureEjection
{
    /// <exception cref="InvalidOperationException">The run lacks one of the two sections that are ejected.</exception>
    public static EjectedRun Of(RunResult result, MiniatureOptions options)
    {
        if (new[] { "baselines", "strategies" }.Except(options.Sections).FirstOrDefault() is { } lacking)
            throw new InvalidOperationException(
                $"This run of the miniature lacks the section '{lacking}'; only one with baselines and strategies can be ejected.");
        var arm = BaselinesSection.ExpertArm(options.Questions.Train);
        var specs = Arms.Tasks.ToDictionary(task => task, task => Spec(options, task, Rate(result, arm, task)));
        specs[Routing.Task] = Spec(options, Routing.Task, options.Strategies.RouterRate);
        int[] seeds = [.. Enumerable.Range(1, options.Seeds)];
        var run = new EjectedRun(result, "SvfSelfAdaptation/Miniature/Ejected",
            "what the method is compared with, the studies of its parts, and the verdicts on claims")
            .Source("SvfSelfAdaptation/Tasks/StringInterpreter.cs").Source("SvfSelfAdaptation/Tasks/StringProgram.cs")
            .Value("Characters", "The tokens.", TaskVocabulary.Characters)
            .Value("Model", "The base model's shape.", MiniatureTraining.Shape(options.Base))
            .Value("Base", "Its first training.", MiniatureTraining.Base(options.Base) with { Seed = Lab.Seed(result.Seed, 1, "base") })
            .Value("Experts", "The label of each expert, and the task it learns.",
                Arms.Experts.ToDictionary(expert => expert.Label, expert => expert.Task))
            .Value("Router", "The expert that says which one a question needs.", ExpertLibraries.Router)
            .Value("RoutingTask", "The task that it learns.", Routing.Task)
            .Value("ExpertArm", "What the run calls the experts.", arm)
            .Value("Arms", "How each task's expert trains.",
                specs.ToDictionary(spec => spec.Key, spec => MiniatureTraining.Rewarded(options, new TrainSvfExpertOptions(), spec.Value)))
            .Value("ArmSeeds", "The seeds of the experts.", Of(seeds, seed => Lab.Seed(result.Seed, seed, "arm")))
            .Value("Answers", "How an expert's answers are tested.", Lab.Answers(Lab.LongestAnswer))
            .Value("Rewards", "How each task's answers are judged.",
                specs.Keys.Concat(StrategiesSection.Tasks).ToDictionary(task => task, Lab.Reward));
        Strategies(run, options, result.Seed, seeds);
        Data(run, options, result.Seed, seeds);
        return run;
    }

    private static void Strategies(EjectedRun run, MiniatureOptions options, int runSeed, int[] seeds) => run
        .Value("StrategyTasks", "Tasks that no expert was trained on.", StrategiesSection.Tasks)
        .Value("Strategies", "How the first pass chooses an expert.", new Dictionary<string, SelfAdaptationOptions>
        {
            [StrategiesSection.Prompt] = ExpertLibraries.Options(AdaptationStrategy.Prompt),
            [StrategiesSection.Expert] = ExpertLibraries.Options(AdaptationStrategy.ClassificationExpert),
        })
        .Value("FewShotArm", "What the run calls the third strategy: the mix of experts that answers a few questions best.",
            StrategiesSection.FewShot)
        .Value("FewShotAnswers", "How it answers.", ExpertLibraries.Options(AdaptationStrategy.FewShot))
        .Value("FewShot", "What is mixed, and how many questions decide.",
            new FewShotMixOptions { Experts = ExpertLibraries.Names, Shots = options.Questions.Shots })
        .Value("Search", "How a mix is searched.", new CrossEntropyOptions { Generations = options.Strategies.Generations })
        .Value("SearchSeeds", "The seeds of the searches.", StrategiesSection.Tasks.ToDictionary(
            task => task, task => Of(seeds, seed => FewShotSearch.Seed(runSeed, seed, task))));

    private static void Data(EjectedRun run, MiniatureOptions options, int runSeed, int[] seeds)
    {
        var (ml, counts) = (new MLContext(runSeed), options.Questions);
        var english = EnglishText.Read(ml, options.Base.English, options.Base.EnglishParagraphs, options.Base.EnglishLength);
        run.Rows("base.jsonl", Mixture.Rows(options.Base.Mixture, english, Lab.Seed(runSeed, 1, "base"))
            .Select(row => new { row.Prompt, row.Completion }));
        foreach (var task in Arms.Tasks.Append(Routing.Task))
        {
            foreach (var seed in seeds) Add(task, $"train.{seed}", ItemSplit.Train, counts.Train, seed);
            Add(task, "validation", ItemSplit.Validation, counts.Validation);
        }
        foreach (var task in Arms.Tasks.Concat(StrategiesSection.Tasks)) Add(task, "test", ItemSplit.Test, counts.Test);
        foreach (var task in StrategiesSection.Tasks)
            foreach (var seed in seeds) Add(task, $"shots.{seed}", ItemSplit.Development, counts.Shots, seed);

        void Add(string task, string part, ItemSplit split, int count, int seed = 0) => run.Rows($"{task}.{part}.jsonl",
            Lab.Questions(task, split, count, Lab.Seed(runSeed, seed, "questions"))
                .Select(item => new { Prompt = item.Question, Answer = item.Expected }));
    }

    private static ArmSpec Spec(MiniatureOptions options, string task, double rate) =>
        new(ArmMethod.SvfReinforce, task, options.Questions.Train, Seed: 1) { Rate = rate };

    private static double Rate(RunResult result, string arm, string task) =>
        result.Metrics.First(metric => metric.Arm == arm && metric.Name == "learning rate" && metric.Split == task).Value;

    private static IReadOnlyList<int> Of(int[] seeds, Func<int, int> seed) => [.. seeds.Select(seed)];
}
