using System.Diagnostics;
using Microsoft.ML.AutoML;
using MlNetLlm.Mapping;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Sweeps;

/// <summary>Runs a trial: puts its mix in place and scores it on the examples.</summary>
internal sealed class MixTrialRunner(MixSpace space, SvfMixer mixer, IMixObjective objective) : ITrialRunner
{
    private readonly Lock _gate = new();

    public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => Task.Run(() => Run(settings, ct), ct);

    // Wrong share, and less than a difference of one in up to a thousand examples for the likelihood: the same order as MixScore's.
    internal static double Loss(MixScore score) => (1 - score.Accuracy) + TieBreak(score.LogLikelihood);

    private static double TieBreak(double logLikelihood) =>
        1e-3 * (1 - Math.Exp(Math.Min(0, double.IsNaN(logLikelihood) ? double.NegativeInfinity : logLikelihood)));

    private TrialResult Run(TrialSettings settings, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            using var stop = WorkStop.Lend(cancellation);
            mixer.Use(space.MixOf(settings));
            var score = objective.Score(mixer.Model);
            return new TrialResult
            {
                TrialSettings = settings,
                Metric = score.Accuracy,
                Loss = Loss(score),
                DurationInMilliseconds = watch.Elapsed.TotalMilliseconds,
            };
        }
    }

    public void Dispose()
    {
    }
}
