using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Scoring;
using MlNetLlm.Svf;
using Microsoft.ML;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>
/// Runs the arms: each is one ML.NET pipeline, fine-tune then score, fitted once for every learning rate of its grid. The rate is chosen on
/// validation; the held-out text is looked at once, with the chosen rate. A finished arm is kept in a file, so that a stopped run goes on.
/// </summary>
internal sealed class ArmRunner(MLContext ml, LanguageModel baseModel, SvfData data, SvfExperimentOptions options, RunRequest request,
    RunContext context, KeptParts kept)
{
    private sealed record Trained(double LearningRate, long Parameters, double ValidationNats, double Seconds, double PeakMemoryMiB,
        ITransformer Pipeline);

    /// <summary>The base model as it is.</summary>
    public Arm Base() => Kept("base", () =>
    {
        var scorer = ml.LanguageModels().Score(baseModel).Fit(data.Train);
        return new Arm("base", 0, null, Validate(scorer), 0, PeakMemory.MiB(), Score(scorer, data.Test), Score(scorer, data.OldDomain));
    });

    /// <summary>An arm that trains.</summary>
    public Arm Run(string name) => Kept(name, () =>
    {
        var grid = options.LearningRates.Of(name);
        Trained? best = null;
        for (var i = 0; i < grid.Count; i++)
        {
            context.Display.Stage($"{name}, learning rate {grid[i]} ({i + 1} of {grid.Count})");
            var trained = Train(name, grid[i]);
            if (best is null || trained.ValidationNats < best.ValidationNats) best = trained;
        }
        if (best!.Pipeline is IEnumerable<ITransformer> chain && name.StartsWith("svf", StringComparison.Ordinal))
            SpectrumChart.Of(name, Learned<SvfExpert>(chain)).Save(FileSystems.Default, request.Out, $"spectrum-{name}");
        return new Arm(
            name, best.Parameters, best.LearningRate, best.ValidationNats, best.Seconds, best.PeakMemoryMiB,
            Score(best.Pipeline, data.Test), Score(best.Pipeline, data.OldDomain));
    });

    private Trained Train(string name, double rate)
    {
        PeakMemory.Restart();
        var start = context.Clock.GetTimestamp();
        var (pipeline, parameters) = Fit(name, rate);
        var seconds = context.Clock.GetElapsedTime(start).TotalSeconds;
        return new Trained(rate, parameters, Validate(pipeline), seconds, PeakMemory.MiB(), pipeline);
    }

    private (ITransformer Pipeline, long Parameters) Fit(string name, double rate)
    {
        var catalog = ml.LanguageModels();
        var training = ArmOptions.Of(name, rate, options, request.Seed) with
        {
            CheckpointFolder = Path.Combine(request.Out, "checkpoints", $"{name}-{rate:R}"), Resume = request.Resume,
        };
        switch (training)
        {
            case SvfOptions svf:
                var expert = catalog.FineTuneSvf(baseModel, svf, context.Display, context.Cancellation).Append(catalog.Score())
                    .Fit(data.Train);
                return (expert, Learned<SvfExpert>(expert).ParameterCount);
            case LoraOptions lora:
                var adapter = catalog.FineTuneLora(baseModel, lora, context.Display, context.Cancellation).Append(catalog.Score())
                    .Fit(data.Train);
                return (adapter, Learned<LoraAdapter>(adapter).ParameterCount);
            default:
                var tuned = catalog.FineTuneFull(baseModel, (FullOptions)training, context.Display, context.Cancellation)
                    .Append(catalog.Score()).Fit(data.Train);
                return (tuned, Learned<LanguageModel>(tuned).Module.parameters().Sum(p => p.numel()));
        }
    }

    private static TLearned Learned<TLearned>(IEnumerable<ITransformer> chain)
        where TLearned : class => chain.OfType<ModelTransformer<TLearned>>().Single().Learned;

    private double Validate(ITransformer pipeline) =>
        ml.LanguageModels().Evaluate(pipeline.Transform(data.Validation)).NegativeLogLikelihood;

    private IReadOnlyList<TextScore> Score(ITransformer pipeline, IDataView rows) => ml.LanguageModels().Scores(pipeline.Transform(rows));

    private Arm Kept(string name, Func<Arm> run)
    {
        var arm = kept.Get(name, run);
        FileSystems.Default.Delete(Path.Combine(request.Out, "checkpoints"));
        return arm;
    }
}
