using System.Text.Json.Nodes;
using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Sweeps;

/// <summary>A sweep of an experiment as a run of the store: its best trial becomes its result.</summary>
internal static class SweepRun
{
    /// <summary>The file in a sweep's folder with what was swept.</summary>
    public const string SpaceFileName = "space.json";

    private const int RandomPointsOfSmac = 20;
    private const string ExperimentName = "experiment";
    private const string ThreadsName = "threads";
    private const string MetricName = "metric";

    /// <summary>The folder of the trials in a sweep's folder; each is a run of its own.</summary>
    public const string TrialsFolder = "trials";

    /// <summary>Runs the sweep, or goes on with it.</summary>
    public static async Task<RunResult> RunAsync(
        Experiment experiment, SpaceFile space, SweepOptions options, TrialPlan plan, string folder, RunContext context)
    {
        var start = context.Clock.GetTimestamp();
        var runs = 0;
        var progress = new DirectProgress(outcome =>
        {
            context.Display.Note($"trial {outcome.Trial}{(options.Halving is null ? "" : $" round {outcome.Round}")}: "
                + $"{Describe(outcome, plan.Metric)}");
            var (done, best) = SoFar(ParallelSweep.Read(folder), plan);
            context.Display.Step(done, runs, best);
        });
        var sweep = new ParallelSweep(space.ToSearchSpace(), options, folder, new TrialProcess(plan, TrialProgram.Current).RunAsync,
            progress, Subject(experiment, plan), plan.RunsAgain);
        runs = sweep.Runs;
        using var held = FolderLock.Take(folder);
        sweep.Check();   // a sweep that is refused leaves what the folder holds as it is
        StoredRun.Begin(FileSystems.Default, folder,
            new RunManifest(experiment.Name, plan.Preset, plan.Seed, [], context.Clock.GetUtcNow()));
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, SpaceFileName), StrictJson.ToBytes(space));
        Advise(sweep, options, context.Display);
        if (SoFar(ParallelSweep.Read(folder), plan) is (> 0 and var before, var bestBefore))
            context.Display.Note($"{before} of {runs} trials are there already; {bestBefore}");
        context.Display.Stage($"sweep of {experiment.Name}: {sweep.Trials} trials on {options.Workers} workers");
        var trials = await sweep.RunAsync(context.Cancellation, held);
        context.Display.Done();
        var result = Result(experiment, space, options, plan, trials, context.Clock.GetElapsedTime(start).TotalSeconds);
        StoredRun.Finish(FileSystems.Default, folder, result);
        return result;
    }

    private static void Advise(ParallelSweep sweep, SweepOptions options, ProgressDisplay display)
    {
        if (sweep.GridPoints > options.Trials)
            display.Note($"the grid has {sweep.GridPoints} points; the first {options.Trials} of them are tried: --trials decides");
        if (sweep.GridPoints < options.Trials) display.Note($"the grid has {sweep.GridPoints} points; each is tried once");
        if (options.Tuner == TunerKind.Smac && options.Trials <= RandomPointsOfSmac)
            display.Note($"smac's first {RandomPointsOfSmac} points are random, and so are all of these {options.Trials}: raise --trials");
    }

    /// <summary>How many trials there is nothing left to do for, and the best of them in words; none where no trial has completed.</summary>
    internal static (int Done, string Best) SoFar(IReadOnlyList<(TrialRequest Request, TrialOutcome? Outcome)> trials, TrialPlan plan) => (
        trials.Count(t => t.Outcome is { } outcome && !plan.RunsAgain(outcome)),
        Best(trials).Outcome is { Loss: { } loss } best
            ? $"best {Value(plan.Metric, loss):G5}{(best.Round == 0 ? "" : $" (round {best.Round})")}" : "none has completed");

    /// <summary>The metric that a loss stands for.</summary>
    internal static double Value(SweepMetric metric, double loss) => metric.Maximize ? -loss : loss;

    // Losses of another experiment, preset, number of threads or metric are never compared with these.
    private static JsonObject Subject(Experiment experiment, TrialPlan plan) => new()
    {
        [ExperimentName] = experiment.Name, ["preset"] = plan.Preset, [ThreadsName] = plan.Threads,
        [MetricName] = JsonSerializer.SerializeToNode(plan.Metric, JsonOptions.Strict),
    };

    /// <summary>The threads of a trial of the sweep that a folder holds; null where it holds none.</summary>
    public static int? Threads(string folder) => ParallelSweep.Subject(folder, ThreadsName)?.GetValue<int>();

    /// <summary>The metric of the sweep that a folder holds; null where it holds none of the command's.</summary>
    public static SweepMetric? Metric(string folder) => ParallelSweep.Subject(folder, ExperimentName) is null ? null
        : ParallelSweep.Subject(folder, MetricName).Deserialize<SweepMetric>(JsonOptions.Strict);

    /// <summary>The folder of a sweep's best trial so far; null where none has completed.</summary>
    public static string? BestTrial(string folder) => Best(ParallelSweep.Read(folder)).Request is { } request
        ? TrialProcess.FolderOf(Path.Combine(folder, TrialsFolder), request) : null;

    /// <summary>The trial of the least loss; only those of the last round that any completed count, for they had the most.</summary>
    internal static (TrialRequest? Request, TrialOutcome? Outcome) Best(
        IEnumerable<(TrialRequest Request, TrialOutcome? Outcome)> trials) =>
        trials.Where(t => t.Outcome?.Loss is not null).OrderByDescending(t => t.Outcome!.Round).ThenBy(t => t.Outcome!.Loss)
            .ThenBy(t => t.Outcome!.Trial).FirstOrDefault();

    private static string Describe(TrialOutcome outcome, SweepMetric metric) => outcome.Loss is { } loss
        ? $"{Value(metric, loss):G6} in {outcome.Milliseconds / 1000.0:F1} s" : $"{outcome.Status}, {RunTexts.PlainLines(outcome.Detail)}";

    private static RunResult Result(Experiment experiment, SpaceFile space, SweepOptions options, TrialPlan plan,
        IReadOnlyList<(TrialRequest Request, TrialOutcome Outcome)> trials, double seconds)
    {
        if (Best(trials.Select(t => (t.Request, (TrialOutcome?)t.Outcome))) is not ({ } request, { } outcome))
            throw new InvalidOperationException(
                $"None of {trials.Count} trials completed. The first: {Describe(trials[0].Outcome, plan.Metric)}. "
                + "Repeat the command: trials that were killed run again, and those that a limit stopped once --trial-seconds or --trial-mib "
                + "is higher. Or sweep another space into another --out.");
        var metrics = new List<RunMetric>
        {
            new("best", space.Metric.Name, space.Metric.Split, Value(space.Metric, outcome.Loss!.Value)),
            new("best", "trial", null, outcome.Trial),
            new("all", "trials", null, trials.Count),
            new("all", "trials without a result", null, trials.Count(t => t.Outcome.Loss is null)),
        };
        return new RunResult
        {
            Experiment = experiment.Name,
            Preset = plan.Preset,
            Seed = plan.Seed,
            Seconds = Math.Round(seconds, 2),
            PeakMemoryMiB = Math.Round(PeakMemory.MiB()),
            Environment = RunEnvironments.Current(),
            Data = StoredRun.Open(Path.Combine(plan.Folder, $"{request.Trial:0000}-{request.Round}")).Result?.Data ?? [],
            Options = new JsonObject
            {
                ["sweep"] = JsonSerializer.SerializeToNode(options with { Workers = 1 }, JsonOptions.Strict),
                ["space"] = JsonSerializer.SerializeToNode(space, JsonOptions.Strict),
                ["best"] = new JsonObject(request.Values.Select(v => KeyValuePair.Create(v.Key, JsonNode.Parse(v.Value)))),
            },
            Metrics = metrics,
            Claims = [],
        };
    }

    private sealed class DirectProgress(Action<TrialOutcome> report) : IProgress<TrialOutcome>
    {
        public void Report(TrialOutcome value) => report(value);
    }
}
