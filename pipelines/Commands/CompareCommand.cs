using System.CommandLine;
using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm compare: two runs' metrics with the interval of their difference, and what differs between them.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var left = new Argument<string>("run") { Description = "A run's id or folder" };
        var right = new Argument<string>("other") { Description = "Another run's id or folder" };
        var json = new Option<bool>("--json") { Description = "Print the comparison as JSON" };
        var runs = RunsOption.Create();
        var command = new Command("compare", "Compare two runs: metrics, options, environment and data") { left, right, json, runs };
        command.SetAction(parsed =>
        {
            var store = parsed.Store(runs);
            var comparison = RunComparison.Of(Result(store, parsed.GetValue(left)!), Result(store, parsed.GetValue(right)!));
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(comparison, JsonOptions.Strict));
            else Print(comparison);
            return 0;
        });
        return command;
    }

    /// <exception cref="InvalidOperationException">The run has not finished.</exception>
    internal static RunResult Result(RunStore store, string run) => store.Find(run).Result
        ?? throw new InvalidOperationException($"Run '{run}' has no result yet. Finish it: mlnetllm run … --resume.");

    private static void Print(RunComparison comparison)
    {
        var metrics = new Table().Border(TableBorder.Rounded).AddColumns("arm", "metric", "split", "first", "second", "change [[95 %]]");
        foreach (var m in comparison.Metrics)
            metrics.AddRow(Text(m.Arm), Text(m.Name), Text(m.Split), RunTexts.Number(m.Left?.Value), RunTexts.Number(m.Right?.Value),
                RunTexts.Number(m.Change) + (m is { Change: { } change, HalfWidth95: { } half }
                    ? Markup.Escape($" [{RunTexts.Number(change - half)}, {RunTexts.Number(change + half)}]") : ""));
        Terminal.Out.Write(metrics);
        foreach (var (what, differences) in new[]
            { ("option", comparison.Options), ("environment", comparison.Environment), ("data", comparison.Data) })
        {
            if (differences.Count == 0) continue;
            var table = new Table().Border(TableBorder.Rounded).AddColumns(what, "first", "second");
            foreach (var d in differences) table.AddRow(Text(d.Name), Text(d.Left ?? "–"), Text(d.Right ?? "–"));
            Terminal.Out.Write(table);
        }
    }

    private static string Text(string? text) => Markup.Escape(RunTexts.Plain(text));
}
