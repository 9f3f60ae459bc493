using System.CommandLine;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm report: one self-contained HTML file about one or several runs.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var named = new Argument<string[]>("run") { Description = "Ids or folders of runs", Arity = ArgumentArity.OneOrMore };
        var outFile = new Option<string?>("--out")
        {
            Description = "The file (default: report.html in the run's folder, or here for several)",
        };
        var runs = RunsOption.Create();
        var command = new Command("report", "Write one HTML file about runs: claims, metrics, charts; opens without a network")
        {
            named, outFile, runs,
        };
        command.SetAction(parsed =>
        {
            var store = parsed.Store(runs);
            var found = parsed.GetValue(named)!.Select(store.Find).ToList();
            found.ForEach(Seals.Warn);
            var file = Path.GetFullPath(parsed.GetValue(outFile)
                ?? (found.Count == 1 ? Path.Combine(found[0].Folder, "report.html") : "report.html"));
            AtomicFile.WriteAllText(FileSystems.Default, file, ReportPage.Of(found));
            if (Assets.Charts is null)
                Console.Error.WriteLine(
                    "mlnetllm was built without npm: the page has tables alone. Install npm and build again for charts.");
            Terminal.Out.WriteLine($"written to {RunTexts.Plain(Path.GetRelativePath(Environment.CurrentDirectory, file))}");
            return 0;
        });
        return command;
    }
}
