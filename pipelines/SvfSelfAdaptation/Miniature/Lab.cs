using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Reinforcement;
using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>What all sections work with: base models, questions, rewards, graded answers, and the parts already done.</summary>
internal sealed class Lab(
    MLContext ml, MiniatureOptions options, EnglishText english, KeptParts kept, RunRequest request, RunContext context) : IDisposable
{
    private readonly Dictionary<int, LanguageModel> _bases = [];
    private readonly Dictionary<string, object> _parts = [];

    private sealed record KeptAnswers(string Right);

    private sealed record TrainedBase(double Seconds, long Parameters);

    /// <summary>The context.</summary>
    public MLContext Ml => ml;

    /// <summary>What is done, and how much of it.</summary>
    public MiniatureOptions Options => options;

    /// <summary>The run's seed.</summary>
    public int RunSeed => request.Seed;

    /// <summary>Where to say things, and when to stop.</summary>
    public RunContext Context => context;

    /// <summary>English text.</summary>
    public EnglishText English => english;

    /// <summary>The training seeds, 1, 2, 3 ….</summary>
    public IReadOnlyList<int> Seeds => [.. Enumerable.Range(1, options.Seeds)];

    /// <summary>A part of the run, made now or found.</summary>
    public T Kept<T>(string name, Func<T> make)
        where T : class
    {
        if (_parts.TryGetValue(name, out var known)) return (T)known;
        var part = kept.Get(name, () =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Display.Stage(name);
            return make();
        });
        _parts[name] = part;
        return part;
    }

    /// <summary>A base model: 1, or 2 with another seed, order and questions.</summary>
    public LanguageModel Base(int number = 1)
    {
        if (_bases.TryGetValue(number, out var known)) return known;
        var folder = Folder($"base{number}");
        Kept($"base{number}", () =>
        {
            var start = context.Clock.GetTimestamp();
            using var model = new BaseModels(ml, options.Base, english, context).Train(Seed(number, "base"));
            model.Save(folder);
            return new TrainedBase(
                context.Clock.GetElapsedTime(start).TotalSeconds, model.Module.parameters().Sum(parameter => parameter.numel()));
        });
        return _bases[number] = LanguageModel.Load(folder);
    }

    /// <summary>Where a model or adapter of this run is kept.</summary>
    public string Folder(string name) => Path.Combine(request.Out, "models", name);

    /// <summary>A seed of one purpose.</summary>
    public int Seed(int number, string purpose) => Seed(request.Seed, number, purpose);

    /// <summary>A seed of one purpose, of a run's seed.</summary>
    public static int Seed(int run, int number, string purpose) =>
        (int)(new RandomStream(run, $"{purpose}/{number}").NextSeed() & 0x3FFFFFFF);

    /// <summary>Questions of a task. The seed chooses among those of the split.</summary>
    public IReadOnlyList<TaskItem> Items(string task, ItemSplit split, int count, int seed = 0) =>
        Questions(task, split, count, Seed(seed, "questions"));

    /// <summary>Questions of a task, drawn with a seed.</summary>
    public static IReadOnlyList<TaskItem> Questions(string task, ItemSplit split, int count, int seed) => task == Routing.Task
        ? Routing.Items(split, count, seed)
        : TaskTable.Draw(TaskTable.Find(task), split, count, seed);

    /// <summary>How a task's answers are judged.</summary>
    public static IReward Reward(string task) => task == Routing.Task ? Routing.Reward : TaskTable.Find(task).Reward;

    /// <summary>How answers are asked for.</summary>
    public static AnswerOptions Answers(int tokens) => new() { MaxTokens = tokens, BatchRows = 64 };

    /// <summary>Which questions a model answers right: '1' right, '0' wrong, question by question.</summary>
    public string Grade(LanguageModel model, string task, IEnumerable<TaskItem> items) => string.Concat(ml.LanguageModels().Answers(
        model, TaskRow.View(ml, items), Reward(task), Answers(AnswerTokens(task)),
        context.Cancellation).Select(answer => answer.IsRight ? '1' : '0'));

    /// <summary>The share of right answers.</summary>
    public double Share(LanguageModel model, string task, IReadOnlyList<TaskItem> items) =>
        Grade(model, task, items).Count(c => c == '1') / (double)items.Count;

    /// <summary>Which test questions a model answers right; kept under a name.</summary>
    public string Test(string name, string task, Func<LanguageModel> model) => Kept($"{name}.on-{task}", () =>
    {
        using var tested = model();
        return new KeptAnswers(Grade(tested, task, Items(task, ItemSplit.Test, options.Questions.Test)));
    }).Right;

    /// <summary>The test of a base model.</summary>
    public string TestBase(string task, int number = 1) =>
        Kept($"base{number}.on-{task}", () =>
            new KeptAnswers(Grade(Base(number), task, Items(task, ItemSplit.Test, options.Questions.Test)))).Right;

    /// <summary>Tokens an answer of a task may take.</summary>
    public static int AnswerTokens(string task) => task == Routing.Task ? Routing.LabelTokens : LongestAnswer;

    /// <summary>Tokens of the longest answer there is, with room for mistakes.</summary>
    public const int LongestAnswer = 40;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _bases.Values) model.Dispose();
    }
}
