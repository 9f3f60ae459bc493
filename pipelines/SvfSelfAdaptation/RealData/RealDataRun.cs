using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Evaluation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Reinforcement;
using MlNetLlm.Runs;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>
/// The published set-up: one SVF expert each for GSM8K, MBPP and ARC-Easy, tested on its own task, then the prompt-based and the few-shot
/// strategy on ARC-Challenge. Accuracies come with Wilson's interval, and with a word where guessing gets the same.
/// </summary>
internal sealed class RealDataRun
{
    private readonly MLContext _ml;
    private readonly RealDataOptions _options;
    private readonly KeptParts _kept;
    private readonly RunRequest _request;
    private readonly RunContext _context;
    private readonly RunRecord _record;
    private readonly LanguageModel _model;

    private sealed record Score(int Right, int Rows, int LeftOut)
    {
        /// <summary>Other shares by name, such as what was routed where.</summary>
        public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();
    }

    private RealDataRun(
        MLContext ml, RealDataOptions options, KeptParts kept, RunRequest request, RunContext context, RunRecord record,
        LanguageModel model)
    {
        (_ml, _options, _kept, _request, _context, _record, _model) = (ml, options, kept, request, context, record, model);
    }

    /// <summary>Runs it.</summary>
    public static void Run(
        MLContext ml, RealDataOptions options, KeptParts kept, RunRequest request, RunContext context, RunRecord record)
    {
        using var model = ml.LanguageModels().Load(options.Model).To(options.Device);
        new RealDataRun(ml, options, kept, request, context, record, model).Run();
    }

    private void Run()
    {
        var tasks = new RealTasks(_ml, _options, _request.Seed);
        foreach (var name in new[] { "gsm8k", "mbpp", "arc" }) Describe(name);
        using var library = new SvfExpertLibrary(_model);
        foreach (var task in tasks.Experts())
        {
            Report("base", task, _kept.Get($"real.{Part(task)}.base", () => Grade(task, _model)));
            var folder = Path.Combine(_request.Out, "models", $"real-{Part(task)}");
            Report("svf-rl", task, _kept.Get($"real.{Part(task)}.expert", () => Train(task, folder)));
            library.Add(task.Label, (SvfExpert)Adapters.AdapterFolder.Load(folder));
        }
        var unseen = tasks.Unseen();
        Report("base", unseen, _kept.Get("real.unseen.base", () => Grade(unseen, _model)));
        Report("A prompt", unseen, _kept.Get("real.unseen.prompt", () => Adapt(unseen, library, Strategy(AdaptationStrategy.Prompt))));
        if (_options.Generations == 0) return;
        Report("C few-shot", unseen, _kept.Get("real.unseen.few-shot", () => FewShot(unseen, library)));
    }

    private Score Train(RealTask task, string folder)
    {
        _context.Display.Stage($"expert of {task.Name}");
        var options = _options.Training(Fitting(task.Train).Count, Length) with { Seed = _request.Seed };
        var trained = _ml.LanguageModels().TrainSvfExpert(_model, task.Reward, options, _context.Display, _context.Cancellation)
            .Fit(View(task.Train), View(task.Validation));
        using var model = trained.Model;
        using var expert = trained.Learned;
        Adapters.AdapterFolder.Save(expert, folder);
        return Grade(task, model);
    }

    private Score Grade(RealTask task, LanguageModel model)
    {
        _context.Display.Stage($"test of {task.Name}");
        var rows = Fitting(task.Test);
        var right = _ml.LanguageModels().Answers(model, RealTask.View(_ml, rows), task.Reward,
            new AnswerOptions { MaxTokens = _options.AnswerTokens }, _context.Cancellation).Count(answer => answer.IsRight);
        return new Score(right, rows.Count, task.Test.Count - rows.Count);
    }

    private Score FewShot(RealTask task, SvfExpertLibrary library)
    {
        using var mixer = new SvfMixer(library);
        var shots = Fitting(task.Validation).Take(_options.Shots).Select(row => new FewShot(row.Prompt, row.Answer)).ToList();
        var objective = new GeneratedShots(shots, task.Reward, new Generation.GenerationOptions { MaxTokens = _options.AnswerTokens });
        var found = MixSearch.Run(mixer, library.Names, perMatrix: false, objective,
            new CrossEntropyOptions { Generations = _options.Generations, Seed = _request.Seed }, _context.Cancellation);
        return Adapt(task, library, Strategy(AdaptationStrategy.FewShot) with { Mix = found.Mix }) with
        {
            Shares = found.Mix.Shares().ToDictionary(share => $"share of {share.Key}", share => share.Value),
        };
    }

    private Score Adapt(RealTask task, SvfExpertLibrary library, SelfAdaptationOptions options)
    {
        _context.Display.Stage($"{options.Strategy} on {task.Name}");
        var rows = Fitting(task.Test);
        var view = RealTask.View(_ml, rows.Select(row => new TaskRow { Prompt = row.Prompt }));
        using var adapting = _ml.LanguageModels().SelfAdapt(library, options).Fit(view);
        var answered = _ml.Data.CreateEnumerable<AdaptedRow>(adapting.Transform(view), reuseRowObject: false).ToList();
        var right = answered.Zip(rows).Count(pair => task.Reward.IsRight(pair.Second.Prompt, pair.First.Answer, pair.Second.Answer));
        return new Score(right, rows.Count, task.Test.Count - rows.Count)
        {
            Shares = answered.GroupBy(row => row.Expert).ToDictionary(
                group => $"routed to {group.Key}", group => group.Count() / (double)rows.Count),
        };
    }

    private SelfAdaptationOptions Strategy(AdaptationStrategy strategy) => new()
    {
        TextColumn = nameof(TaskRow.Prompt),
        Strategy = strategy,
        Labels =
        [
            new("math", "math", "problems whose answer is a number to be worked out"), new("code", "code", "programs to be written"),
            new("reasoning", "reasoning", "questions about the world, with choices"),
        ],
        ClassificationTemplate = _options.Prompt("classification"),
        MaxTokens = _options.AnswerTokens,
    };

    private void Report(string arm, RealTask task, Score score)
    {
        var interval = Intervals.OfShare(score.Right, score.Rows);
        _record.Add(new RunMetric(arm, "accuracy", task.Name, interval.Estimate,
            Math.Sqrt(interval.Estimate * (1 - interval.Estimate) / Math.Max(1, score.Rows - 1)), score.Rows));
        if (score.LeftOut > 0) _record.Add(new RunMetric(arm, "rows left out as too long", task.Name, score.LeftOut));
        foreach (var (name, share) in score.Shares) _record.Add(new RunMetric(arm, name, task.Name, share));
        if (task.Chance is not { } chance) return;
        if (arm == "base") _record.Add(new RunMetric("guessing", "accuracy", task.Name, chance));
        _record.Add(new RunMetric(arm, "at chance", task.Name, interval.Contains(chance) ? 1 : 0));
    }

    private void Describe(string name)
    {
        var sha256 = _options.DataFolder is null ? DatasetCatalog.Default.Find(name).Sha256 : "";
        _record.Add(new RunData(name, sha256, 0, _options.DataFolder is null ? "catalog" : "file"));
    }

    private static string Part(RealTask task) => task.Name.Replace('_', '-');

    private int Length => Math.Min(_options.SequenceLength, _model.Config.ContextLength);

    private IDataView View(IReadOnlyList<TaskRow> rows) => RealTask.View(_ml, Fitting(rows));

    // Prompts that leave room for the begin token and an answer.
    private List<TaskRow> Fitting(IReadOnlyList<TaskRow> rows)
    {
        var fitting = rows.Where(row => _model.Tokenizer.CountTokens(row.Prompt) + 1 + _options.AnswerTokens <= Length).ToList();
        return fitting.Count > 0 ? fitting : throw new ArgumentException(
            $"No prompt of {rows.Count} leaves room for an answer of {_options.AnswerTokens} tokens within {Length}. "
            + "Lower AnswerTokens, or take a model with a longer context.");
    }
}
