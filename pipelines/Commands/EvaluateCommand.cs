using System.CommandLine;
using MlNetLlm.Pipelines.Evaluate;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using Spectre.Console;
using TorchSharp;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm evaluate: a model's accuracy on benchmarks.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "Folder or file of the model, or a data set's name", Required = true };
        var tasks = new Option<string>("--tasks")
        {
            Description = "Tasks with commas between them: arc_easy,gsm8k,mmlu_anatomy,mgsm_de", Required = true,
        };
        var limit = new Option<long?>("--limit") { Description = "Rows of each task at most: its first ones (default: all)" };
        var split = new Option<string?>("--split") { Description = "Split to read (default: test, else validation)" };
        var device = new Option<string>("--device")
        {
            Description = "Where the model answers: cpu, cuda or cuda:0", DefaultValueFactory = _ => "cpu",
        };
        var outFolder = new Option<string?>("--out")
        {
            Description = "Folder for samples and result (default: artifacts/runs/evaluate-<model>)",
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with the samples that an earlier run left in the folder" };
        var json = new Option<bool>("--json") { Description = "Print result.json instead of the table" };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of a tensor operation", DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var command = new Command("evaluate", "Measure a model's accuracy on benchmarks")
        {
            model, tasks, limit, split, device, outFolder, resume, json, threads,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(
            Checked(
                parsed.GetValue(model)!, parsed.GetValue(tasks)!, parsed.GetValue(limit), parsed.GetValue(split), parsed.GetValue(threads))
                with { Device = parsed.GetValue(device)! },
            parsed.GetValue(threads), parsed.GetValue(outFolder), parsed.GetValue(resume), parsed.GetValue(json), cancellation)));
        return command;
    }

    private static EvaluationOptions Checked(string model, string tasks, long? limit, string? split, int threads)
    {
        var names = tasks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        List<string> faults = [];
        if (names.Count == 0) faults.Add("--tasks is empty; expected names with commas between them.");
        if (limit < 1) faults.Add($"--limit is {limit}; expected 1 or more.");
        if (threads < 1) faults.Add($"--threads is {threads}; expected 1 or more.");
        return faults.Count == 0
            ? new EvaluationOptions(model, names, limit, split)
            : throw new ArgumentException(string.Join(" ", faults));
    }

    private static int Run(
        EvaluationOptions options, int threads, string? outFolder, bool resume, bool json, CancellationToken cancellation)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Model));
        var folder = outFolder is { } given ? OutOption.Checked(given) : Path.Combine(Repository.Artifacts(), "runs", $"evaluate-{name}");
        var display = ProgressDisplay.OnStandardError();
        torch.set_num_threads(threads);
        try
        {
            var (result, tasks) = ModelEvaluation.Run(options, folder, resume, new RunContext(display, TimeProvider.System, cancellation));
            var file = Path.Combine(folder, StoredRun.ResultFile);
            if (json)
            {
                Console.Out.Write(File.ReadAllText(file));
                return 0;
            }
            EvaluationTable.Print(Terminal.Out, tasks);
            Terminal.Out.WriteLine($"written to {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            display.Done();
            Console.Error.WriteLine($"stopped; the samples so far are kept in {folder}. Go on with --resume.");
            return ExitCodes.Cancelled;
        }
    }
}
