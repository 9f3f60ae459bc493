using Microsoft.ML;
using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;
using MlNetLlm.Runs;
using MlNetLlm.Scoring;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>
/// The main job: a pretrained model is adapted to text of another domain by SVF, LoRA and full fine-tuning with equal tokens, and
/// measured on held-out text of both domains. Instead of it the miniature of Transformer² and experts on published tasks.
/// </summary>
public sealed class SvfExperiment : Experiment<SvfExperimentOptions>, IEjectable
{
    /// <inheritdoc/>
    public override string Name => "svf";

    /// <inheritdoc/>
    public override string Title => "Adapts a pretrained model to a new domain: SVF, LoRA and full fine-tuning side by side";

    /// <inheritdoc/>
    public override string Folder => "SvfSelfAdaptation";

    EjectedRun IEjectable.Eject(RunResult result)
    {
        var options = PresetFile.FromJson<SvfExperimentOptions>(result.Options);
        return options.Miniature is { } miniature ? MiniatureEjection.Of(result, miniature) : SvfEjection.Of(result, options);
    }

    /// <inheritdoc/>
    protected override void Check(SvfExperimentOptions options) => options.Validated();

    /// <inheritdoc/>
    protected override void Run(SvfExperimentOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var ml = new MLContext(request.Seed);
        var kept = KeptParts.Open(request, options, record.Sessions);
        if (options.Miniature is { } miniature) MiniatureRun.Run(ml, miniature, kept, request, context, record);
        if (options.RealData is { } realData) RealDataRun.Run(ml, realData, kept, request, context, record);
        if (options.Miniature is not null || options.RealData is not null) return;
        var (model, data) = SvfData.Prepare(ml, options, request, context, record);
        var runner = new ArmRunner(ml, model, data, options, request, context, kept);
        List<Arm> arms = [runner.Base(), .. options.Arms.Select(runner.Run)];
        foreach (var arm in arms) Report(arm, record);
        foreach (var claim in options.Claims) record.Add(Judge(claim, arms, options, request.Seed));
    }

    private static void Report(Arm arm, RunRecord record)
    {
        foreach (var split in Arm.Splits)
        {
            var metrics = LanguageModelMetrics.From(arm.On(split));
            record.Add(new RunMetric(arm.Name, "perplexity", split, metrics.Perplexity, metrics.PerplexityStandardError, metrics.Rows));
        }
        record.Add(new RunMetric(arm.Name, "trainable parameters", null, arm.TrainableParameters));
        if (arm.LearningRate is { } rate) record.Add(new RunMetric(arm.Name, "learning rate", null, rate));
        record.Add(new RunMetric(arm.Name, "seconds", null, Math.Round(arm.Seconds, 1)));
        record.Add(new RunMetric(arm.Name, "peak MiB", null, Math.Round(arm.PeakMemoryMiB)));
    }

    private static RunClaim Judge(ArmClaim claim, List<Arm> arms, SvfExperimentOptions options, int seed)
    {
        var (arm, against) = (arms.Find(a => a.Name == claim.Arm), arms.Find(a => a.Name == claim.Against));
        if (arm is null || against is null) return Verdicts.NotTestable(claim,
            $"the run has no arm {(arm is null ? claim.Arm : claim.Against)}");
        return claim.Quantity switch
        {
            "parameters" => Verdicts.Exact(claim, (double)arm.TrainableParameters / against.TrainableParameters),
            "nats" => Verdicts.Nats(claim, arm.On(claim.Split), against.On(claim.Split), options.BootstrapResamples, seed),
            _ => throw new ArgumentException($"Claim {claim.Id} has the unknown quantity '{claim.Quantity}'. Known: nats, parameters."),
        };
    }
}
