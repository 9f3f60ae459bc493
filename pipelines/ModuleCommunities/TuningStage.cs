using Microsoft.ML;
using MlNetLlm.CommunityTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Fine-tunes a dense model's modules on a skill in a new form: community, wrong community, random sets, all, none.</summary>
internal sealed class TuningStage(
    MLContext ml, CommunitiesOptions options, GeneratedQuestions questions, RunContext context)
{
    private readonly TuningOptions _tuning = options.Tuning!;

    /// <summary>What is trained on what.</summary>
    /// <param name="Seed">The dense model's seed.</param>
    /// <param name="Target">The skill.</param>
    /// <param name="Form">The form of its questions.</param>
    /// <param name="Area">The modules of its function.</param>
    /// <param name="Wrong">Those of another function.</param>
    private sealed record Job(int Seed, string Target, TargetForm Form, IReadOnlyList<string> Area, IReadOnlyList<string> Wrong);

    /// <summary>All regimes, rates and arms on one model, target and form.</summary>
    /// <param name="model">The dense model.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="target">The skill.</param>
    /// <param name="form">The form of its questions.</param>
    /// <param name="areas">The modules of each function.</param>
    /// <param name="functions">The functions, in the order of the areas.</param>
    public IReadOnlyList<TuningRun> Run(
        LanguageModel model, int seed, string target, TargetForm form, IReadOnlyList<IReadOnlyList<string>> areas,
        IReadOnlyList<string> functions)
    {
        var own = functions.ToList().IndexOf(Skill.Find(target).Function);
        var job = new Job(seed, target, form, areas[own], areas[(own + 1) % areas.Count]);
        var runs = new List<TuningRun>();
        foreach (var regime in _tuning.Regimes)
        {
            var single = regime == ModuleRegime.None || form != _tuning.Forms[0];
            foreach (var (rate, faithful) in single ? Settings().Take(1) : Settings())
            {
                context.Display.Stage(FormattableString.Invariant(
                    $"dense-{seed}: {target} {form.Name}, {regime}, rate {rate}{(faithful ? ", embedding and norms too" : "")}"));
                runs.Add(Run(model, job, regime, rate, faithful));
            }
        }
        return runs;
    }

    private IEnumerable<(double Rate, bool Faithful)> Settings()
    {
        foreach (var rate in _tuning.LearningRates) yield return (rate, false);
        if (_tuning.Faithful) yield return (_tuning.LearningRates[0], true);
    }

    private TuningRun Run(LanguageModel model, Job job, ModuleRegime regime, double rate, bool faithful)
    {
        var trained = ml.Communities().FineTuneCommunity(model, SubjectTraining.Tuning(_tuning, regime, rate, options.Device) with
        {
            Community = job.Area,
            WrongCommunity = job.Wrong,
            SelectionSeed = job.Seed * 1000 + _tuning.Targets.ToList().IndexOf(job.Target),      // other random modules for every target
            TrainEmbedding = faithful,
            TrainNorms = faithful,
            Seed = job.Seed,
        }, context.Display, context.Cancellation).Fit(
            questions.Target(job.Form, job.Target, QuestionSplit.Train, _tuning.Steps * _tuning.BatchSize));
        using var tuned = trained.Model;
        var change = trained.Learned;
        return new TuningRun(
            job.Seed, job.Target, job.Form.Name, regime, rate, faithful, Accuracy(QuestionSplit.Validation, _tuning.ValidationQuestions),
            Accuracy(QuestionSplit.Test, _tuning.TestQuestions),
            SubjectModel.Accuracy(ml, tuned, questions.Others(job.Target, _tuning.OtherQuestions)), change.Modules.Count, change.Parameters,
            change.MeanRelativeChange, change.TotalChange, change.MeanAbsoluteChange);

        double Accuracy(QuestionSplit split, int count) =>
            SubjectModel.Accuracy(ml, tuned, questions.Target(job.Form, job.Target, split, count));
    }
}
