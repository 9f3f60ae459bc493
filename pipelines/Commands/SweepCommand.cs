using System.CommandLine;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Sweeps;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm sweep: an experiment's options searched by several processes.</summary>
internal static class SweepCommand
{
    private static readonly Dictionary<string, TunerKind> _tuners = new(StringComparer.OrdinalIgnoreCase)
    {
        ["random"] = TunerKind.Random, ["grid"] = TunerKind.Grid, ["cost-frugal"] = TunerKind.CostFrugal,
        ["eci"] = TunerKind.EciCostFrugal, ["smac"] = TunerKind.Smac,
    };

    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = ExperimentTable.Names };
        var space = new Option<string>("--space")
        {
            Description = "JSON file with metric and space: {\"metric\":{\"arm\":…,\"name\":…,\"split\":…},"
                + "\"space\":{\"maxTokens\":{\"choice\":[…]},\"batchSize\":{\"min\":…,\"max\":…,\"log\":true,\"whole\":true}}}",
            Required = true,
        };
        var trials = new Option<int>("--trials") { Description = "Points to try", DefaultValueFactory = _ => 20 };
        var workers = new Option<int>("--workers") { Description = "Trials at work at a time", DefaultValueFactory = _ => 1 };
        var tuner = new Option<string>("--tuner")
        {
            Description = $"What chooses the points: {string.Join(", ", _tuners.Keys)}", DefaultValueFactory = _ => "random",
        };
        var steps = new Option<int>("--grid-steps") { Description = "Points of a range on a grid", DefaultValueFactory = _ => 10 };
        var preset = new Option<string>("--preset") { Description = "Preset of every trial", DefaultValueFactory = _ => "smoke" };
        var seed = new Option<int>("--seed") { Description = "Seed of the tuner and of every trial", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double?>("--trial-seconds") { Description = "Stop a trial after so long" };
        var memory = new Option<long?>("--trial-mib") { Description = "Stop a trial whose process holds more memory" };
        var threads = new Option<int?>("--threads") { Description =
            "Threads of a trial (default: those of the sweep that goes on; of a new one, processors divided by workers)" };
        var outFolder = new Option<string?>("--out") { Description =
            "Folder of the sweep (default: artifacts/runs/sweep-<experiment>-<preset>-<seed>); one that holds a sweep goes on with it" };
        var command = new Command("sweep", "Search an experiment's options on several processes; run it again to go on after a stop")
        {
            experiment, space, trials, workers, tuner, steps, preset, seed, seconds, memory, threads, outFolder,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var chosen = ExperimentTable.Find(parsed.GetValue(experiment)!);
            var file = SpaceFile.Read(parsed.GetValue(space)!);
            var options = new SweepOptions
            {
                Trials = parsed.GetValue(trials), Workers = parsed.GetValue(workers), Tuner = Tuner(parsed.GetValue(tuner)!),
                GridSteps = parsed.GetValue(steps), Seed = parsed.GetValue(seed), Halving = file.Halving,
            }.Validated();
            var folder = Path.GetFullPath(parsed.GetValue(outFolder)
                ?? Path.Combine(Repository.Artifacts(), "runs", $"sweep-{chosen.Name}-{parsed.GetValue(preset)}-{options.Seed}"));
            var plan = new TrialPlan(chosen.Name, parsed.GetValue(preset)!, options.Seed,
                Threads(parsed.GetValue(threads), folder, options.Workers), file.Metric,
                Path.Combine(folder, SweepRun.TrialsFolder), Limits(parsed.GetValue(seconds), parsed.GetValue(memory)));
            CheckNames(chosen, plan.Preset, file);
            return RunAsync(chosen, file.StartingAt(chosen.Options(plan.Preset, [])), options, plan, folder, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Experiment experiment, SpaceFile space, SweepOptions options, TrialPlan plan, string folder, CancellationToken cancellation)
    {
        var display = ProgressDisplay.OnStandardError();
        try
        {
            var result = await SweepRun.RunAsync(experiment, space, options, plan, folder,
                new RunContext(display, TimeProvider.System, cancellation));
            ResultTable.Print(Terminal.Out, result);
            Terminal.Out.WriteLine($"best point: {RunTexts.Plain(result.Options["best"]!.ToJsonString())}");
            if (SweepRun.BestTrial(folder) is { } best)
                Terminal.Out.WriteLine($"best trial: {RunTexts.Plain(Path.GetRelativePath(Environment.CurrentDirectory, best))}");
            Terminal.Out.WriteLine($"written to {RunTexts.Plain(Path.GetRelativePath(Environment.CurrentDirectory, folder))}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            display.Done();
            Console.Error.WriteLine($"stopped; finished trials are kept in {RunTexts.Plain(folder)}. The same command goes on.");
            return ExitCodes.Cancelled;
        }
    }

    private static TunerKind Tuner(string name) => _tuners.TryGetValue(name, out var kind) ? kind
        : throw new ArgumentException($"--tuner is '{name}'; expected one of {string.Join(", ", _tuners.Keys)}.");

    // Losses of other numbers of threads are never compared: a sweep keeps its own, with whatever workers it goes on.
    internal static int Threads(int? asked, string folder, int workers) => asked switch
    {
        < 1 => throw new ArgumentException($"--threads is {asked}; expected 1 or more."),
        { } number => number,
        null => SweepRun.Threads(folder) ?? Math.Max(1, Environment.ProcessorCount / workers),
    };

    private static TrialLimits Limits(double? seconds, long? memory)
    {
        if (seconds is { } s && !(s > 0)) throw new ArgumentException($"--trial-seconds is {seconds}; expected above 0.");
        if (memory < 1) throw new ArgumentException($"--trial-mib is {memory}; expected 1 or more.");
        return new TrialLimits(seconds is { } limit ? TimeSpan.FromSeconds(limit) : null, memory);
    }

    // An option's name is wrong for every trial alike: say so before the first.
    private static void CheckNames(Experiment experiment, string preset, SpaceFile file)
    {
        var space = file.ToSearchSpace();
        var point = space.SampleFromFeatureSpace(space.Default);
        var sets = point.Keys.Select(name => $"{name}={ParallelSweep.Text(point[name])}");
        experiment.Options(preset, [.. file.Halving is { } halving ? sets.Append($"{halving.Option}={halving.Budgets[0]}") : sets]);
    }
}
