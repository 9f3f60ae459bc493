using System.CommandLine;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using Spectre.Console;
using TorchSharp;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm run: one experiment from a preset to result.json and its table.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = "svf (see mlnetllm list)" };
        var preset = new Option<string>("--preset") { Description = "smoke, quick, mini or paper", DefaultValueFactory = _ => "quick" };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random in the run", DefaultValueFactory = _ => 1 };
        var outFolder = new Option<string?>("--out") { Description =
            "Folder for the run (default: artifacts/runs/<experiment>-<preset>-<seed>)" };
        var set = new Option<string[]>("--set") { Description = "Change an option: Name=Value or Group.Name=Value; may be repeated",
            AllowMultipleArgumentsPerToken = true };
        var resume = new Option<bool>("--resume") { Description = "Go on with what an earlier, interrupted run left in the folder" };
        var threads = new Option<int?>("--threads") { Description = "Threads of a tensor operation (default: libtorch's own choice)" };
        var command = new Command("run", "Run an experiment and write its result") { experiment, preset, seed, outFolder, set, resume,
            threads };
        // On a thread of its own: Ctrl-C is listened to only while the action is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(
            parsed.GetValue(threads), ExperimentTable.Find(parsed.GetValue(experiment)!),
            parsed.GetValue(preset)!, parsed.GetValue(seed), parsed.GetValue(outFolder), parsed.GetValue(set) ?? [],
                parsed.GetValue(resume),
            cancellation)));
        return command;
    }

    private static int Run(
        int? threads, Experiment experiment, string preset, int seed, string? outFolder, string[] sets, bool resume,
            CancellationToken cancellation)
    {
        var folder = Path.GetFullPath(outFolder ?? Path.Combine(Repository.Artifacts(), "runs", $"{experiment.Name}-{preset}-{seed}"));
        var display = ProgressDisplay.OnStandardError();
        var context = new RunContext(display, TimeProvider.System, cancellation);
        if (threads < 1) throw new ArgumentException($"--threads is {threads}; expected 1 or more.");
        if (threads is { } number) torch.set_num_threads(number);
        try
        {
            var result = experiment.Run(new RunRequest(preset, seed, sets, folder, resume), context);
            display.Done();
            var file = Path.Combine(folder, "result.json");
            AtomicFile.WriteAllBytes(FileSystems.Default, file, StrictJson.ToBytes(result));
            ResultTable.Print(Terminal.Out, result);
            Terminal.Out.WriteLine($"written to {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            display.Done();
            Console.Error.WriteLine($"stopped; finished arms are kept in {folder}. Go on with --resume.");
            return ExitCodes.Cancelled;
        }
    }
}
