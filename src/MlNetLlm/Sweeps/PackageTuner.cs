using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Sweeps;

/// <summary>One of AutoML's tuners that learn, as the package has it.</summary>
/// <remarks>
/// AutoML's tuners are internal to the package. A public way leads to them: an experiment hands the service provider that holds its tuner
/// to the factory of its monitor, before the first trial. A version of the package that does not is refused in words.
/// </remarks>
internal sealed class PackageTuner : IPointSearch
{
    private const string PlainKey = "space";
    private const string PipelineKey = "_pipeline_";
    private const string SecondEstimator = "1";   // the first only begins the pipeline

    private readonly ITuner _tuner;
    private readonly bool _inPipeline;
    private readonly double _lossOfAFailure;
    private readonly Dictionary<int, Parameter> _proposed = [];

    public PackageTuner(TunerKind kind, Microsoft.ML.SearchSpace.SearchSpace space, int seed)
    {
        _inPipeline = kind == TunerKind.EciCostFrugal;
        // SMAC's forest leaves out losses that are not finite, and would fit any other; cost-frugal searches need a number to compare.
        _lossOfAFailure = kind == TunerKind.Smac ? double.PositiveInfinity : double.MaxValue;
        var ml = new MLContext(seed);
        var experiment = ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = seed });
        experiment = _inPipeline
            ? experiment.SetPipeline(ml.Transforms.CopyColumns("Copy", "Text")
                .Append(new SweepableEstimator((_, _) => throw new NotSupportedException(), space)))
            : experiment.AddSearchSpace(PlainKey, space);
        _tuner = TakeFrom(kind switch
        {
            TunerKind.CostFrugal => experiment.SetCostFrugalTuner(),
            TunerKind.Smac => experiment.SetSmacTuner(),
            _ => experiment.SetEciCostFrugalTuner(),
        });
    }

    /// <inheritdoc/>
    public Parameter Propose(int trial)
    {
        var settings = new TrialSettings { TrialId = trial, Parameter = Parameter.CreateNestedParameter() };
        var proposed = _tuner.Propose(settings);
        _proposed[trial] = proposed;
        return _inPipeline ? proposed[PipelineKey][SecondEstimator] : proposed[PlainKey];
    }

    /// <inheritdoc/>
    public void Update(int trial, double? loss, TimeSpan duration)
    {
        _proposed.Remove(trial, out var parameter);
        try
        {
            _tuner.Update(new TrialResult
            {
                TrialSettings = new TrialSettings { TrialId = trial, Parameter = parameter },
                Loss = loss ?? _lossOfAFailure,
                Metric = loss ?? _lossOfAFailure,
                DurationInMilliseconds = duration.TotalMilliseconds,
            });
        }
        catch (KeyNotFoundException)
        {
            // A cost-frugal tuner forgets a local search that has converged; a late result of it has nothing left to say.
        }
    }

    private static ITuner TakeFrom(AutoMLExperiment experiment)
    {
        ITuner? tuner = null;
        experiment.SetTrialRunner(new NoTrials()).SetMaxModelToExplore(1).SetMonitor<NoMonitor>(services =>
        {
            tuner = services.GetService(typeof(ITuner)) as ITuner;
            throw new TunerTaken();
        });
        try
        {
            experiment.RunAsync().GetAwaiter().GetResult();
        }
        catch (Exception) when (tuner is not null)
        {
            return tuner;
        }
        throw new NotSupportedException("This version of Microsoft.ML.AutoML does not hand out its tuner. Use 0.23.");
    }

    private sealed class TunerTaken : Exception;

    private sealed class NoTrials : ITrialRunner
    {
        public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => throw new TunerTaken();

        public void Dispose()
        {
        }
    }

    private sealed class NoMonitor : IMonitor
    {
        public void ReportRunningTrial(TrialSettings settings)
        {
        }

        public void ReportCompletedTrial(TrialResult result)
        {
        }

        public void ReportBestTrial(TrialResult result)
        {
        }

        public void ReportFailTrial(TrialSettings settings, Exception? exception = null)
        {
        }
    }
}
