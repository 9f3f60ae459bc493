using System.CommandLine;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using Spectre.Console;
using TorchSharp;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm run: one experiment from a preset to result.json and its table.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = ExperimentTable.Names };
        var preset = new Option<string>("--preset") { Description = "smoke, quick, mini or paper", DefaultValueFactory = _ => "quick" };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random in the run", DefaultValueFactory = _ => 1 };
        var outFolder = new Option<string?>("--out") { Description =
            "Folder for the run (default: artifacts/runs/<experiment>-<preset>-<seed>, with the next free number after it)" };
        var set = new Option<string[]>("--set") { Description = "Change an option: Name=Value or Group.Name=Value; may be repeated",
            AllowMultipleArgumentsPerToken = true };
        var resume = new Option<bool>("--resume") { Description = "Go on with what an earlier, interrupted run left in the folder" };
        var threads = new Option<int?>("--threads") { Description =
            "Threads of a tensor operation (default: libtorch's own choice; with --resume, as many as the run was begun with)" };
        var endWithInput = new Option<bool>("--end-with-input") { Description = "End when standard input does", Hidden = true };
        var command = new Command("run", "Run an experiment and write its result")
        {
            experiment, preset, seed, outFolder, set, resume, threads, endWithInput,
        };
        // On a thread of its own: Ctrl-C is listened to only while the action is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            if (parsed.GetValue(endWithInput)) EndWithInput();
            var chosen = ExperimentTable.Find(parsed.GetValue(experiment)!);
            var (presetName, seedValue, resumes) = (parsed.GetValue(preset)!, parsed.GetValue(seed), parsed.GetValue(resume));
            var (sets, number) = (parsed.GetValue(set) ?? [], parsed.GetValue(threads));
            // What is mistyped stops here, before there is a folder.
            if (number < 1) throw new ArgumentException($"--threads is {number}; expected 1 or more.");
            chosen.Options(presetName, sets);
            using var held = parsed.GetValue(outFolder) is { } folder
                ? FolderLock.Take(OutOption.Made(folder)) : DefaultFolder($"{chosen.Name}-{presetName}-{seedValue}", resumes);
            return Run(chosen, new RunRequest(presetName, seedValue, sets, held.Folder, resumes), number, held, cancellation);
        }));
        return command;
    }

    private static int Run(
        Experiment experiment, RunRequest request, int? threads, FolderLock held, CancellationToken cancellation)
    {
        if ((threads ?? (request.Resume ? RunSessions.Threads(request.Out) : null)) is { } number) torch.set_num_threads(number);
        var (result, exit) = ExperimentRunner.Run(experiment, request, cancellation, held);
        if (result is null) return exit;
        ResultTable.Print(Terminal.Out, result);
        var file = Path.Combine(request.Out, StoredRun.ResultFile);
        Terminal.Out.WriteLine($"written to {RunTexts.Plain(Path.GetRelativePath(Environment.CurrentDirectory, file))}");
        return 0;
    }

    // A finished run and one at work stay: the next one of the same name gets a number. --resume goes on with the one that has not
    // finished.
    internal static FolderLock DefaultFolder(string name, bool resume, RunStore? runs = null)
    {
        var store = runs ?? new RunStore(Path.Combine(Repository.Artifacts(), "runs"));
        if (!resume) return store.TakeFree(name);
        var free = Path.Combine(store.Folder, store.FreeId(name));
        return FolderLock.Take(Directory.Exists(free) ? free : Path.Combine(store.Folder, name));
    }

    // A sweep's trial must not outlive the sweep, however that ends.
    private static void EndWithInput() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var bytes = new byte[256];
        while (input.Read(bytes) > 0)
        {
        }
        Environment.Exit(ExitCodes.Cancelled);
    }) { IsBackground = true, Name = "end with input" }.Start();
}
