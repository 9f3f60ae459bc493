using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;

namespace StandIns.Tests.AutoML;

/// <summary>An experiment whose trials compute a formula, and what it told its monitor.</summary>
internal static class ToyExperiment
{
    public static AutoMLExperiment Of(Func<TrialSettings, double> loss, IMonitor? monitor = null, int models = 20)
    {
        var ml = new MLContext(seed: 1);
        var experiment = ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 })
            .SetTrialRunner(new FormulaRunner(loss)).SetMaxModelToExplore(models);
        return monitor is null ? experiment : experiment.SetMonitor(monitor);
    }

    public static AutoMLExperiment Bowl(int models) =>
        Of(s => Distance(s.Parameter["bowl"].AsType<Point>()), models: models).AddSearchSpace("bowl", new SearchSpace<Point>());

    public static double Distance(Point at) => Math.Pow(at.X - 0.83, 2) + Math.Pow(at.Y - 0.31, 2);

    internal sealed class Point
    {
        [Microsoft.ML.SearchSpace.Range(0.0, 1.0, 0.1)]
        public double X { get; set; }

        [Microsoft.ML.SearchSpace.Range(0.0, 1.0, 0.9)]
        public double Y { get; set; }
    }

    internal sealed class FormulaRunner(Func<TrialSettings, double> loss) : ITrialRunner
    {
        public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct)
        {
            var value = loss(settings);
            return Task.FromResult(new TrialResult
            {
                TrialSettings = settings, Loss = value, Metric = value, DurationInMilliseconds = 5,
            });
        }

        public void Dispose()
        {
        }
    }

    internal sealed class Heard : IMonitor
    {
        public List<string> Events { get; } = [];

        public void ReportRunningTrial(TrialSettings settings) => Events.Add($"running {settings.TrialId}");

        public void ReportCompletedTrial(TrialResult result) => Events.Add($"completed {result.TrialSettings.TrialId}");

        public void ReportBestTrial(TrialResult result) => Events.Add($"best {result.TrialSettings.TrialId}");

        public void ReportFailTrial(TrialSettings settings, Exception? exception = null) => Events.Add($"failed {settings.TrialId}");
    }
}
