using Microsoft.ML;
using MlNetLlm.Ablation;
using MlNetLlm.CommunityTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Replaces a function's area, and as many random modules, by their means; then lets the rest of the model learn again.</summary>
internal sealed class RemovalStage
{
    private readonly MLContext _ml;
    private readonly CommunitiesOptions _options;
    private readonly IQuestions _questions;
    private readonly RunContext _context;
    private readonly LanguageModel _model;
    private readonly SubjectResult _whole;
    private readonly Lazy<ModuleMeans> _means;

    /// <summary>Takes a model with its scores.</summary>
    public RemovalStage(
        MLContext ml, CommunitiesOptions options, IQuestions questions, RunContext context, LanguageModel model, SubjectResult whole)
    {
        (_ml, _options, _questions, _context, _model, _whole) = (ml, options, questions, context, model, whole);
        _means = new Lazy<ModuleMeans>(() => ModuleMeans.Of(model, questions.Calibration(null), new AblateOptions
        {
            RowsPerDataSet = options.Network.CalibrationQuestions * questions.Sets.Count, Seed = whole.Subject.Seed,
        }));
    }

    /// <summary>One function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="area">Its modules.</param>
    public RemovalRun Run(string function, IReadOnlyList<string> area)
    {
        var seed = _whole.Subject.Seed;
        _context.Display.Stage($"{_whole.Subject.Name}: removing the area of {function}");
        var all = ModelModules.Of(_model.Config);
        var random = ModuleChoice.Matched(all, area, seed, allowOverlap: true);
        using var withoutArea = _means.Value.Ablate(_model, area);
        using var withoutRandom = _means.Value.Ablate(_model, random);
        IReadOnlyDictionary<string, (int Right, int Questions)>[] scores =
        [
            _whole.Scores.ToDictionary(score => score.DataSet, score => (score.Right, score.Questions)),
            SubjectModel.Accuracies(_ml, withoutArea, _questions.Test(null)),
            SubjectModel.Accuracies(_ml, withoutRandom, _questions.Test(null)),
        ];
        IReadOnlyList<double>? recovered = _options.Tuning is { RecoverySteps: > 0 } && _questions is GeneratedQuestions generated
            ? [Recover(withoutArea, all, area, function, seed, generated), Recover(withoutRandom, all, random, function, seed, generated)]
            : null;
        return new RemovalRun(
            seed, function, area.Count, [.. scores.Select(score => Mean(score, own: true))],
            [.. scores.Select(score => Mean(score, own: false))], recovered);

        double Mean(IReadOnlyDictionary<string, (int Right, int Questions)> score, bool own) => _questions.Sets
            .Where(set => set.Pure && set.Function == function == own)
            .Average(set => (double)score[set.Name].Right / score[set.Name].Questions);
    }

    private double Recover(
        LanguageModel model, IReadOnlyList<ModelModule> all, IReadOnlyList<string> removed, string function, int seed,
        GeneratedQuestions generated)
    {
        var tuning = _options.Tuning!;
        using var trained = _ml.Communities().FineTuneCommunity(model, new CommunityTuningOptions
        {
            TokenColumns = SkillData.Tokens,
            Regime = ModuleRegime.Community,
            Community = [.. all.Select(module => module.Name).Except(removed)],
            MaxSteps = tuning.RecoverySteps,
            BatchSize = tuning.BatchSize,
            SequenceLength = SkillQuestion.LongestTokens,
            LearningRate = tuning.LearningRates[0],
            Beta2 = 0.98,
            Device = _options.Device,
            Seed = seed,
        }, _context.Display, _context.Cancellation).Fit(generated.TrainOf(function)).Model;
        var scores = SubjectModel.Accuracies(_ml, trained, generated.Test(function));
        return generated.Sets.Where(set => set.Pure && set.Function == function)
            .Average(set => (double)scores[set.Name].Right / scores[set.Name].Questions);
    }
}
