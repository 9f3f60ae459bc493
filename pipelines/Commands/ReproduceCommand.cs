using System.CommandLine;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using Spectre.Console;
using TorchSharp;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm reproduce: repeats a run from its result and compares the metrics.</summary>
internal static class ReproduceCommand
{
    /// <summary>The folder of a repetition in its original's.</summary>
    public const string FolderName = "reproduction";

    private const double DefaultTolerance = 0.01;

    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id or folder" };
        var outFolder = new Option<string?>("--out") { Description = $"Folder for the repetition (default: <run>/{FolderName})" };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "Largest relative difference of a metric on another machine, package or number of threads",
            DefaultValueFactory = _ => DefaultTolerance,
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with an interrupted repetition" };
        var runs = RunsOption.Create();
        var command = new Command("reproduce", "Repeat a run and compare: bit for bit on the same machine kind, else within a tolerance")
        {
            run, outFolder, tolerance, resume, runs,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(
            parsed.Store(runs).Find(parsed.GetValue(run)!), parsed.GetValue(outFolder), parsed.GetValue(tolerance),
            parsed.GetValue(resume), cancellation)));
        return command;
    }

    private static int Run(StoredRun stored, string? outFolder, double tolerance, bool resume, CancellationToken cancellation)
    {
        if (!(tolerance >= 0)) throw new ArgumentException($"--tolerance is {tolerance}; expected 0 or more.");
        var original = ReproductionChecks.Before(stored);
        Seals.Warn(stored);
        var folder = Path.GetFullPath(outFolder ?? Path.Combine(stored.Folder, FolderName));
        // An earlier repetition makes room for this one; a stopped one is kept for --resume.
        if (outFolder is null && !resume && File.Exists(Path.Combine(folder, StoredRun.ResultFile))) FileSystems.Default.Delete(folder);
        torch.set_num_threads(original.Environment.Threads);
        var request = new RunRequest(original.Preset, original.Seed, [], folder, resume) { Options = original.Options };
        var (result, exit) = ExperimentRunner.Run(ExperimentTable.Find(original.Experiment), request, cancellation);
        if (result is null) return exit;

        var comparison = Reproduction.Of(original, result, tolerance);
        Print(stored.Id, comparison, tolerance);
        return comparison.Reproduced ? 0 : ExitCodes.NotReproduced;
    }

    private static void Print(string id, Reproduction reproduction, double tolerance)
    {
        var rule = reproduction.Exact ? "bit for bit" : $"within {tolerance:P1}";
        foreach (var d in reproduction.Environment)
            Terminal.Out.WriteLine($"{d.Name}: {RunTexts.Plain(d.Left)} then, {RunTexts.Plain(d.Right)} now");
        if (reproduction.Reproduced)
        {
            Terminal.Out.WriteLine($"{RunTexts.Plain(id)}: all {reproduction.Compared} metrics agree {rule}");
            return;
        }
        var table = new Table().Border(TableBorder.Rounded).AddColumns("arm", "metric", "split", "original", "repeated", "difference");
        foreach (var m in reproduction.Mismatches)
            table.AddRow(Text(m.Arm), Text(m.Name), Text(m.Split), Exact(m.Left), Exact(m.Right), RunTexts.Number(m.Change));
        Terminal.Out.Write(table);
        Terminal.Out.WriteLine(
            $"{RunTexts.Plain(id)}: {reproduction.Mismatches.Count} of {reproduction.Compared} metrics do not agree {rule}");
    }

    private static string Exact(RunMetric? metric) =>
        metric?.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "–";

    private static string Text(string? text) => Markup.Escape(RunTexts.Plain(text));
}
