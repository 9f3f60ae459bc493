using Microsoft.ML.Runtime;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>Runs one trial after the other until a limit is reached, and returns the best.</summary>
public class AutoMLExperiment
{
    internal const string PipelineKey = "_pipeline_";

    private readonly AutoMLExperimentSettings _settings;
    private TrialResult _best;

    public AutoMLExperiment(MLContext context, AutoMLExperimentSettings settings)
    {
        _settings = settings;
        // The real package takes the context's seed, which only ML.NET itself can see: here, its next random number.
        _settings.Seed ??= ((IHostEnvironment)context).Register(nameof(AutoMLExperiment)).Rand.Next();
        _settings.SearchSpace ??= new SearchSpace.SearchSpace();
        Services.AddOnce(() => _settings);
        Services.Add(() => new MLContext(_settings.Seed));
    }

    internal Services Services { get; } = new();

    internal AutoMLExperimentSettings Settings => _settings;

    public AutoMLExperiment SetTrainingTimeInSeconds(uint trainingTimeInSeconds) =>
        With(() => _settings.MaxExperimentTimeInSeconds = trainingTimeInSeconds);

    public AutoMLExperiment SetMaxModelToExplore(int maxModel) => maxModel > 0
        ? With(() => _settings.MaxModels = maxModel)
        : throw new ArgumentOutOfRangeException(nameof(maxModel), maxModel, "maxModel must be larger than 0");

    public AutoMLExperiment SetMaximumMemoryUsageInMegaByte(double value = double.MaxValue) =>
        With(() => _settings.MaximumMemoryUsageInMegaByte = value);

    public AutoMLExperiment AddSearchSpace(string key, SearchSpace.SearchSpace searchSpace) =>
        With(() => _settings.SearchSpace[key] = searchSpace);

    public AutoMLExperiment SetMonitor<TMonitor>(TMonitor monitor) where TMonitor : class, IMonitor =>
        With(() => Services.AddOnce<IMonitor>(() => monitor));

    public AutoMLExperiment SetMonitor<TMonitor>() where TMonitor : class, IMonitor =>
        With(() => Services.AddOnce<IMonitor>(Services.Create<TMonitor>));

    public AutoMLExperiment SetMonitor<TMonitor>(Func<IServiceProvider, TMonitor> factory) where TMonitor : class, IMonitor =>
        With(() => Services.AddOnce<IMonitor>(() => factory(Services)));

    public AutoMLExperiment SetTrialRunner<TTrialRunner>(TTrialRunner runner) where TTrialRunner : class, ITrialRunner =>
        With(() => Services.AddOnce<ITrialRunner>(() => runner));

    public AutoMLExperiment SetTrialRunner<TTrialRunner>() where TTrialRunner : class, ITrialRunner =>
        With(() => Services.Add<ITrialRunner>(Services.Create<TTrialRunner>));

    public AutoMLExperiment SetTrialRunner<TTrialRunner>(Func<IServiceProvider, TTrialRunner> factory)
        where TTrialRunner : class, ITrialRunner => With(() => Services.Add<ITrialRunner>(() => factory(Services)));

    public AutoMLExperiment SetTuner<TTuner>(TTuner proposer) where TTuner : class, ITuner =>
        With(() => Services.AddOnce<ITuner>(() => proposer));

    public AutoMLExperiment SetTuner<TTuner>() where TTuner : class, ITuner =>
        With(() => Services.AddOnce<ITuner>(Services.Create<TTuner>));

    public AutoMLExperiment SetTuner<TTuner>(Func<IServiceProvider, TTuner> factory) where TTuner : class, ITuner =>
        With(() => Services.AddOnce<ITuner>(() => factory(Services)));

    public TrialResult Run() => RunAsync().GetAwaiter().GetResult();

    public async Task<TrialResult> RunAsync(CancellationToken ct = default)
    {
        _settings.CancellationToken = ct;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (_settings.MaxExperimentTimeInSeconds > 0) stop.CancelAfter(TimeSpan.FromSeconds(_settings.MaxExperimentTimeInSeconds));
        var monitor = Services.Find<IMonitor>();
        var kept = Services.Find<TrialFile>();
        var tuner = Services.Find<ITuner>();   // with none, the first Propose is a NullReferenceException, as in the real package
        var trial = kept?.Results.Select(r => r.TrialSettings.TrialId + 1).DefaultIfEmpty(0).Max() ?? 0;
        for (var explored = 0; explored < _settings.MaxModels && !stop.IsCancellationRequested; explored++)
        {
            var settings = new TrialSettings
            {
                TrialId = trial++, Parameter = Parameter.CreateNestedParameter(), StartedAtUtc = DateTime.UtcNow,
            };
            settings.Parameter = tuner.Propose(settings);
            monitor?.ReportRunningTrial(settings);
            try
            {
                var result = await RunTrialAsync(settings, stop.Token);
                settings.EndedAtUtc = DateTime.UtcNow;
                monitor?.ReportCompletedTrial(result);
                tuner.Update(result);
                kept?.Add(result);
                Compare(result, monitor);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                monitor?.ReportFailTrial(settings, error);
                if (_best is null && error is not OperationCanceledException) throw;
                tuner.Update(new TrialResult { TrialSettings = settings, Loss = double.MaxValue });
            }
        }
        return _best ?? throw new TimeoutException("Training time finished without completing a successful trial. Either no trial " +
            "completed or the metric for all completed trials are NaN or Infinity");
    }

    /// <summary>A running trial is cancelled only when an earlier one has completed, and when it takes too much memory.</summary>
    private async Task<TrialResult> RunTrialAsync(TrialSettings settings, CancellationToken stop)
    {
        using var runner = Services.Need<ITrialRunner>();
        using var trial = new CancellationTokenSource();
        using var _ = stop.Register(() => { if (_best is not null) trial.Cancel(); });
        // Disposed asynchronously it waits for its callback, which may cancel the trial at this moment.
        await using var watch = _settings.MaximumMemoryUsageInMegaByte is { } limit
            ? new Timer(_ => { if (Environment.WorkingSet >> 20 > limit) trial.Cancel(); }, null, 0, 300) : null;
        return await runner.RunAsync(settings, trial.Token);
    }

    private void Compare(TrialResult result, IMonitor monitor)
    {
        // A loss that is not a number is below nothing: it never wins, and nobody is told.
        if (!(result.Loss < (_best?.Loss ?? double.MaxValue))) return;
        _best = result;
        monitor?.ReportBestTrial(result);
    }

    private AutoMLExperiment With(Action set)
    {
        set();
        return this;
    }

    public class AutoMLExperimentSettings : ExperimentSettings
    {
        public int? Seed { get; set; }

        public SearchSpace.SearchSpace SearchSpace { get; set; }
    }
}
