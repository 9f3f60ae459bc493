using Microsoft.ML;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Runs a section: chooses the embedding rates, trains every arm's body and tasks, then adds every new language. Each body and each cell is
/// a part that is kept; weights go from one to the next through files, so a resumed run computes what an unbroken one does.
/// </summary>
internal sealed class SectionRunner(
    MLContext ml, SectionOptions options, ILanguages languages, KeptParts kept, RunRequest request, RunContext context)
{
    private readonly Stages _stages = new(ml, options, context);

    /// <summary>Runs it.</summary>
    /// <param name="earlier">The sections before it.</param>
    public SectionResult Run(IReadOnlyList<SectionResult> earlier)
    {
        var rates = options.RatesOf is { } name
            ? earlier.First(section => section.Options.Name == name).Rates
            : [.. new[] { ResetArms.Standard, ResetArms.Forgetting }.Select(Try)];
        var shared = earlier.FirstOrDefault(section => section.Options.Name == options.BodiesOf)?.Bodies;
        var (bodies, cells) = (new List<TrainedBody>(), new List<CellResult>());
        for (var seed = 1; seed <= options.Seeds; seed++)
            foreach (var arm in options.Arms)
            {
                bodies.Add(Body(arm, seed, rates, shared));
                cells.AddRange(options.Languages.SelectMany(_ => Budgets(arm), (language, tokens) => Cell(arm, seed, language, tokens)));
            }
        return new SectionResult(options, rates, bodies, cells);
    }

    // A body that was never trained serves as a floor for the largest cell only.
    private IEnumerable<long> Budgets(string arm) => arm == ResetArms.RandomBody ? options.Budgets.TakeLast(1) : options.Budgets;

    private RateTrials Try(string arm)
    {
        var trials = options.EmbeddingRates;
        if (trials.Count == 1) return new RateTrials(arm, new Dictionary<string, double>(), trials[0]);
        var language = languages.First(0);
        var losses = trials.ToDictionary(rate => rate, rate => kept.Get($"{options.Name}.{arm}.rate-{rate:R}", () =>
        {
            context.Display.Stage($"{options.Name}: {arm}, embedding rate x {rate:R} on trial");
            using var model = _stages.Pretrain(arm, Seed(0), rate, language).Trained.Model;
            return _stages.ValidationLoss(model, language);
        }));
        return new RateTrials(arm, losses.ToDictionary(item => $"{item.Key:R}", item => item.Value), losses.MinBy(item => item.Value).Key);
    }

    private TrainedBody Body(string arm, int seed, IReadOnlyList<RateTrials> rates, IReadOnlyList<TrainedBody>? shared) =>
        kept.Get($"{options.Name}.{arm}.{seed}.body", () =>
        {
            var language = languages.First(seed);
            var trained = shared?.FirstOrDefault(body => body.Arm == arm && body.Seed == seed) ?? Pretrain(arm, seed, rates, language);
            using var model = LanguageModel.Load(ModelFolder(arm, seed)).To(options.Device);
            var scores = new Dictionary<string, double>();
            foreach (var (name, task) in language.Tasks)
            {
                context.Display.Stage($"{options.Name}: {arm}, seed {seed}, task {name}");
                var adapted = _stages.Adapt(model, task, Seed(seed));
                adapted.Save(TaskFolder(arm, seed, name));
                scores[name] = _stages.Score(adapted, task);
            }
            var floors = language.Tasks.ToDictionary(item => item.Key, item => Stages.Floor(item.Value));
            return trained with { Scores = scores, Floors = floors };
        });

    private TrainedBody Pretrain(string arm, int seed, IReadOnlyList<RateTrials> rates, LanguageData language)
    {
        context.Display.Stage($"{options.Name}: {arm}, seed {seed}, first training");
        var rate = rates.First(trial => trial.Arm == ResetArms.RatesOf(arm)).Chosen;
        var (trained, losses) = _stages.Pretrain(arm, Seed(seed), rate, language);
        using var model = trained.Model;
        model.Save(ModelFolder(arm, seed));
        var none = new Dictionary<string, double>();
        return new TrainedBody(
            arm, seed, Parameters(model), rate, _stages.ValidationLoss(model, language), losses, trained.Episodes, none, none);
    }

    private CellResult Cell(string arm, int seed, string name, long tokens) =>
        kept.Get($"{options.Name}.{arm}.{seed}.{name}.{tokens}", () =>
        {
            context.Display.Stage($"{options.Name}: {arm}, seed {seed}, language {name}, {tokens} tokens");
            using var body = LanguageModel.Load(ModelFolder(arm, seed)).To(options.Device);
            var language = languages.New(name, seed);
            var learned = _stages.Relearn(body, language, tokens, Seed(seed));
            var tasks = options.Tasks.ToDictionary(task => task, task => TaskTransformer.Load(TaskFolder(arm, seed, task)));
            var scores = new List<CellScore>();
            foreach (var update in options.Relearning.ScoreAfter)
            {
                using var relearned = learned.At(update);
                scores.AddRange(tasks.Select(task => new CellScore(task.Key, update, Score(task.Value, relearned, task.Key))));
            }
            using var last = learned.At(options.Relearning.Updates);
            using var shuffled = ShuffledRows(last, seed);
            return new CellResult(
                arm, seed, name, language.Distance, tokens, scores,
                language.Tasks.ToDictionary(item => item.Key, item => Stages.Floor(item.Value)),
                tasks.ToDictionary(task => task.Key, task => Score(task.Value, shuffled, task.Key)),
                seed == 1 ? null : options.Tasks.ToDictionary(
                    task => task, task => Score(TaskTransformer.Load(TaskFolder(arm, seed - 1, task)), last, task)));

            double Score(TaskTransformer task, LanguageModel relearned, string called) =>
                _stages.Score(task, relearned, language.Tasks[called]);
        });

    /// <summary>The model with its table's rows at random places: every word has another word's vector.</summary>
    private static LanguageModel ShuffledRows(LanguageModel model, int seed)
    {
        var special = new[] { model.Special.Pad, model.Special.Bos, model.Special.Eos, model.Special.Mask, model.Special.Unknown };
        int[] words = [.. Enumerable.Range(0, model.Config.VocabularySize).Where(id => !special.Contains(id))];
        int[] places = [.. words];
        new RandomStream(seed, "shuffled rows").Shuffle<int>(places);
        var newIdOfOld = Enumerable.Range(0, model.Config.VocabularySize).ToArray();
        foreach (var (word, place) in words.Zip(places)) newIdOfOld[word] = place;
        return VocabularyPermutation.Apply(model, newIdOfOld, model.Tokenizer, model.Special);
    }

    private static long Parameters(LanguageModel model) =>
        model.Module.parameters().Sum(parameter => parameter.numel()) - model.Module.TokenEmbedding.numel();

    private int Seed(int seed) => request.Seed * 10_000 + seed;

    private string ModelFolder(string arm, int seed) =>
        Path.Combine(request.Out, "models", $"{options.BodiesOf ?? options.Name}.{arm}.{seed}");

    private string TaskFolder(string arm, int seed, string task) =>
        Path.Combine(request.Out, "models", $"{options.Name}.{arm}.{seed}.{task}");
}
