using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
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
        var all = new Option<bool>("--all") { Description = "Of different experiments, list also what one of the two lacks" };
        var json = new Option<bool>("--json") { Description = "Print the comparison as JSON" };
        var runs = RunsOption.Create();
        const string what = "Compare two runs: what was asked, metrics, options, environment and data. Intervals take the runs as "
            + "independent: too wide where both were measured on the same rows";
        var command = new Command("compare", what) { left, right, all, json, runs };
        command.SetAction(parsed =>
        {
            var store = parsed.Store(runs);
            var (first, second) = (store.Find(parsed.GetValue(left)!), store.Find(parsed.GetValue(right)!));
            var whole = RunComparison.Of(Result(first), Result(second));
            Seals.Warn(first);
            Seals.Warn(second);
            var comparison = whole.SameExperiment || parsed.GetValue(all) ? whole : whole.OfBoth();
            if (parsed.GetValue(json)) Console.Out.WriteLine(Json(first, second, comparison));
            else Print(first, second, comparison, whole.Metrics.Count - comparison.Metrics.Count);
            return 0;
        });
        return command;
    }

    /// <exception cref="InvalidOperationException">The run has not finished.</exception>
    private static RunResult Result(StoredRun run) => run.Result
        ?? throw new InvalidOperationException($"Run '{run.Id}' has no result yet. Finish it: {CommandLines.Finish(run)}");

    private static string Json(StoredRun first, StoredRun second, RunComparison comparison)
    {
        var json = JsonSerializer.SerializeToNode(comparison, JsonOptions.Strict)!.AsObject();
        json.Insert(0, "runs", new JsonArray(first.Id, second.Id));
        return json.ToJsonString(JsonOptions.Strict);
    }

    private static void Print(StoredRun first, StoredRun second, RunComparison comparison, int leftOut)
    {
        if (!comparison.SameExperiment)
            Terminal.Out.WriteLine(
                $"different experiments: {RunTexts.Plain(first.Result!.Experiment)} and {RunTexts.Plain(second.Result!.Experiment)}"
                + (leftOut > 0 ? $"; --all lists the {leftOut} metrics that one of them lacks" : ""));
        // Two folders may have one name.
        var (one, other) = first.Id == second.Id ? (Text(first.Folder), Text(second.Folder)) : (Text(first.Id), Text(second.Id));
        Print("run", one, other, comparison.Asked);
        Metrics(one, other, comparison);
        Print("option", one, other, comparison.Options);
        Print("environment", one, other, comparison.Environment);
        Print("data", one, other, comparison.Data);
    }

    private static void Metrics(string one, string other, RunComparison comparison)
    {
        if (comparison.Metrics.Count == 0)
        {
            Terminal.Out.WriteLine("no metric that both have");
            return;
        }
        var table = new Table().Border(TableBorder.Rounded).AddColumns("arm", "metric", "split", one, other, "change [[95 %]]");
        foreach (var m in comparison.Metrics)
            table.AddRow(Text(m.Arm), Text(m.Name), Text(m.Split), RunTexts.Number(m.Left?.Value), RunTexts.Number(m.Right?.Value),
                RunTexts.Number(m.Change) + (m is { Change: { } change, HalfWidth95: { } half }
                    ? Markup.Escape($" [{RunTexts.Number(change - half)}, {RunTexts.Number(change + half)}]") : ""));
        Terminal.Out.Write(table);
        if (comparison.Metrics.Any(m => m.HalfWidth95 is not null))
            Terminal.Out.WriteLine("intervals take the runs as independent" + (comparison.SameRows
                ? "; these have the same data and seed, so they are too wide where both were measured on the same rows" : ""));
    }

    private static void Print(string what, string one, string other, IReadOnlyList<Difference> differences)
    {
        if (differences.Count == 0) return;
        var table = new Table().Border(TableBorder.Rounded).AddColumns(what, one, other);
        foreach (var d in differences) table.AddRow(Text(d.Name), Text(d.Left ?? "–"), Text(d.Right ?? "–"));
        Terminal.Out.Write(table);
    }

    private static string Text(string? text) => Markup.Escape(RunTexts.Plain(text));
}
