using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Sweeps;

/// <summary>
/// A tuner over a plain search space, to be asked and told directly: AutoML's own experiment runs one trial at a time. Those that learn are
/// ML.NET AutoML's own; random and grid, which learn nothing, are sequences of points of the same search space.
/// </summary>
/// <remarks>
/// AutoML's tuners are internal to the package. A public way leads to them: an experiment hands the service provider that holds its tuner
/// to the factory of its monitor, before the first trial. A version of the package that does not is refused in words.
/// </remarks>
public sealed class SweepTuner
{
    private const string PlainKey = "space";
    private const string PipelineKey = "_pipeline_";
    private const string SecondEstimator = "1";   // the first only begins the pipeline

    private readonly ITuner? _tuner;
    private readonly Func<Parameter>? _next;
    private readonly bool _inPipeline;
    private readonly double _lossOfAFailure;
    private readonly Dictionary<int, Parameter> _proposed = [];

    /// <summary>Makes a tuner.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="space">What it searches.</param>
    /// <param name="seed">Seed of its random choices.</param>
    /// <param name="gridSteps">Points of a number's range on a grid.</param>
    public SweepTuner(TunerKind kind, Microsoft.ML.SearchSpace.SearchSpace space, int seed, int gridSteps = 10)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (!Enum.IsDefined(kind))
            throw new ArgumentException($"Tuner is {kind}; expected {string.Join(", ", Enum.GetNames<TunerKind>())}.");
        Learns = Learning(kind);
        if (!Learns)
        {
            var (random, number) = (new Random(seed), 0L);
            _next = kind == TunerKind.Random ? () => RandomPoint(space, random) : () => Grid.Point(space, gridSteps, number++);
            return;
        }
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

    /// <summary>Whether results change what is proposed next.</summary>
    public bool Learns { get; }

    /// <summary>Whether a tuner of a kind learns.</summary>
    internal static bool Learning(TunerKind kind) => kind is not (TunerKind.Random or TunerKind.Grid);

    /// <summary>The point to try as a trial.</summary>
    /// <param name="trial">The trial's number, from 0, each once and in order.</param>
    /// <returns>Values by the names of the space's options.</returns>
    public Parameter Propose(int trial)
    {
        if (_next is not null) return _proposed[trial] = _next();
        var settings = new TrialSettings { TrialId = trial, Parameter = Parameter.CreateNestedParameter() };
        var proposed = _tuner!.Propose(settings);
        _proposed[trial] = proposed;
        return _inPipeline ? proposed[PipelineKey][SecondEstimator] : proposed[PlainKey];
    }

    /// <summary>Tells how a proposed trial ended; in any order, each once.</summary>
    /// <param name="trial">The trial's number.</param>
    /// <param name="loss">Its loss, or null when it failed.</param>
    /// <param name="duration">How long it took.</param>
    public void Update(int trial, double? loss, TimeSpan duration)
    {
        if (!_proposed.Remove(trial, out var parameter))
            throw new InvalidOperationException($"Trial {trial} was not proposed, or has ended.");
        if (_tuner is null) return;
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

    // Evenly over the unit cube of the space's features.
    private static Parameter RandomPoint(Microsoft.ML.SearchSpace.SearchSpace space, Random random) =>
        space.SampleFromFeatureSpace([.. Enumerable.Range(0, space.FeatureSpaceDim).Select(_ => random.NextDouble())]);

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
