using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Reinforcement;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>
/// Trains arms, each one ML.NET estimator. All arms see the same number of prompts, validate after as many steps on the same questions by
/// the share of right greedy answers, and keep the best step.
/// </summary>
internal sealed class ArmTrainer(Lab lab)
{
    // Seeds of the runs that choose a learning rate; no result uses them.
    private const int TuningSeed = 0;

    private ReinforcementOptions Rl => lab.Options.Reinforcement;

    private NextTokenOptions NextToken => lab.Options.NextToken;

    /// <summary>The arm with the learning rate that validates best, of a run with a seed of its own.</summary>
    /// <param name="spec">The arm; its rate and seed do not matter.</param>
    public ArmSpec Tuned(ArmSpec spec)
    {
        var rates = spec.Method switch
        {
            ArmMethod.SvfReinforce => Rl.SvfRates,
            ArmMethod.LoraNextToken => NextToken.LoraRates,
            ArmMethod.SvfNextToken => [NextToken.SvfRate],
            _ => throw new ArgumentException($"Arm '{spec.Name}' has no rates to choose from; give it one."),
        };
        if (rates.Count == 1) return spec with { Rate = rates[0] };
        var tried = rates.Select(rate => spec with { Rate = rate, Seed = TuningSeed }).ToList();
        return spec with { Rate = tried.MaxBy(trial => Train(trial).Best)!.Rate };
    }

    /// <summary>Trains an arm, or finds it trained.</summary>
    public ArmResult Train(ArmSpec spec) => lab.Kept(spec.Name, () =>
    {
        var start = lab.Context.Clock.GetTimestamp();
        var items = lab.Items(spec.Task, ItemSplit.Train, spec.Questions, spec.Seed);
        var (adapter, model, curve, kl) = Fit(spec, TaskRow.View(lab.Ml, items));
        var seconds = lab.Context.Clock.GetElapsedTime(start).TotalSeconds;
        using (adapter)
        using (model)
        {
            adapter.Save(lab.Folder(spec.Name));
            return new ArmResult(adapter.ParameterCount, curve, lab.Share(model, spec.Task, items), kl, seconds);
        }
    });

    /// <summary>What an arm learned.</summary>
    public ModelAdapter Adapter(ArmSpec spec)
    {
        Train(spec);
        return AdapterFolder.Load(lab.Folder(spec.Name));
    }

    /// <summary>The expert that an SVF arm learned.</summary>
    public SvfExpert Expert(ArmSpec spec) => (SvfExpert)Adapter(spec);

    /// <summary>The model that an arm ended with; the caller disposes of it.</summary>
    public LanguageModel Model(ArmSpec spec)
    {
        using var adapter = Adapter(spec);
        return adapter.ApplyTo(lab.Base(spec.Base));
    }

    /// <summary>Which test questions of a task an arm answers right.</summary>
    public string Test(ArmSpec spec, string task) => lab.Test(spec.Name, task, () => Model(spec));

    private (ModelAdapter Adapter, LanguageModel Model, IReadOnlyList<CurvePoint> Curve, double? Kl) Fit(ArmSpec spec, IDataView train)
    {
        var (catalog, model) = (lab.Ml.LanguageModels(), lab.Base(spec.Base));
        var reward = Lab.Reward(spec.Task);
        var (progress, stop) = (lab.Context.Display, lab.Context.Cancellation);
        var validation = TaskRow.View(lab.Ml, Validation(spec.Task));
        switch (spec.Method)
        {
            case ArmMethod.SvfReinforce:
                return Kept(catalog.TrainSvfExpert(model, reward, Rewarded(new TrainSvfExpertOptions(), spec),
                    progress, stop).Fit(train, validation));
            case ArmMethod.LoraReinforce:
                return Kept(catalog.TrainLoraExpert(model, reward,
                    Rewarded(new TrainLoraExpertOptions { Rank = spec.Rank }, spec), progress, stop)
                    .Fit(train, validation));
            case ArmMethod.SvfNextToken:
                var svf = new Measured(lab, spec.Task, Validation(spec.Task), Rl.EvaluateEvery);
                return Kept(catalog.FineTuneSvf(model, Written(new SvfOptions(), spec), progress, stop)
                    .FitMeasured(train, svf.Wrong), svf.Curve);
            default:
                var lora = new Measured(lab, spec.Task, Validation(spec.Task), Rl.EvaluateEvery);
                return Kept(catalog.FineTuneLora(model, Written(new LoraOptions { Rank = spec.Rank }, spec),
                    progress, stop).FitMeasured(train, lora.Wrong), lora.Curve);
        }
    }

    private IReadOnlyList<TaskItem> Validation(string task) => lab.Items(task, ItemSplit.Validation, lab.Options.Questions.Validation);

    private TOptions Rewarded<TOptions>(TOptions method, ArmSpec spec)
        where TOptions : ReinforceOptions =>
        MiniatureTraining.Rewarded(lab.Options, method, spec) with { Seed = lab.Seed(spec.Seed, "arm") };

    private TOptions Written<TOptions>(TOptions method, ArmSpec spec)
        where TOptions : AdapterOptions =>
        MiniatureTraining.Written(lab.Options, method, spec) with { Seed = lab.Seed(spec.Seed, "arm") };

    private static (ModelAdapter, LanguageModel, IReadOnlyList<CurvePoint>, double?) Kept<TLearned>(
        ModelTransformer<TLearned> trained, IReadOnlyList<CurvePoint>? curve = null)
        where TLearned : ModelAdapter => (
            trained.Learned, trained.Model,
            curve ?? [.. trained.Iterations.Where(i => i.ValidationShareRight is not null)
                .Select(i => new CurvePoint(i.Iteration, i.ValidationShareRight!.Value))],
            trained.Iterations.LastOrDefault()?.Kl);

    /// <summary>Measures the share of wrong answers, and keeps what it was.</summary>
    private sealed class Measured(Lab lab, string task, IReadOnlyList<TaskItem> items, int every)
    {
        public List<CurvePoint> Curve { get; } = [];

        public double Wrong(LanguageModel model)
        {
            var share = lab.Share(model, task, items);
            Curve.Add(new CurvePoint((Curve.Count + 1) * every, share));
            return 1 - share;
        }
    }
}
