using Microsoft.ML;
using MlNetLlm.CommunityTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Fine-tunes a dense model's modules on a skill in a new wording: community, wrong community, random sets, all, none.</summary>
internal sealed class TuningStage(
    MLContext ml, CommunitiesOptions options, GeneratedQuestions questions, RunContext context)
{
    private readonly TuningOptions _tuning = options.Tuning!;

    /// <summary>All regimes and rates on one model and target.</summary>
    /// <param name="model">The dense model.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="target">The skill.</param>
    /// <param name="areas">The modules of each function.</param>
    /// <param name="functions">The functions, in the order of the areas.</param>
    public IReadOnlyList<TuningRun> Run(
        LanguageModel model, int seed, string target, IReadOnlyList<IReadOnlyList<string>> areas, IReadOnlyList<string> functions)
    {
        var own = functions.ToList().IndexOf(Skill.Find(target).Function);
        var runs = new List<TuningRun>();
        foreach (var regime in _tuning.Regimes)
        {
            foreach (var rate in regime == ModuleRegime.None ? _tuning.LearningRates.Take(1) : _tuning.LearningRates)
            {
                context.Display.Stage(FormattableString.Invariant($"dense-{seed}: {target}, {regime}, rate {rate}"));
                runs.Add(Run(model, seed, target, regime, rate, areas[own], areas[(own + 1) % areas.Count]));
            }
        }
        return runs;
    }

    private TuningRun Run(
        LanguageModel model, int seed, string target, ModuleRegime regime, double rate, IReadOnlyList<string> area,
        IReadOnlyList<string> wrong)
    {
        var trained = ml.LanguageModels().FineTuneCommunity(model, new CommunityTuningOptions
        {
            TokenColumns = SkillData.Tokens,
            Regime = regime,
            Community = area,
            WrongCommunity = wrong,
            SelectionSeed = seed,
            TrainEmbedding = _tuning.Faithful,
            TrainNorms = _tuning.Faithful,
            MaxSteps = regime == ModuleRegime.None ? 0 : _tuning.Steps,
            BatchSize = _tuning.BatchSize,
            SequenceLength = SkillQuestion.LongestTokens,
            LearningRate = rate,
            Beta2 = 0.98,
            Seed = seed,
        }, context.Display, context.Cancellation).Fit(
            questions.Target(_tuning, target, QuestionSplit.Train, _tuning.Steps * _tuning.BatchSize));
        using var tuned = trained.Model;
        var change = trained.Learned;
        return new TuningRun(
            seed, target, regime, rate, Accuracy(QuestionSplit.Validation), Accuracy(QuestionSplit.Test),
            SubjectModel.Accuracy(ml, tuned, questions.Others(target, _tuning.OtherQuestions)), change.Modules.Count, change.Parameters,
            change.MeanRelativeChange, change.TotalChange, change.MeanAbsoluteChange);

        double Accuracy(QuestionSplit split) => SubjectModel.Accuracy(
            ml, tuned, questions.Target(_tuning, target, split, split == QuestionSplit.Test ? _tuning.TestQuestions : 100));
    }
}
