using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm list: the experiments with their presets, and the runs there are.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var experiment = new Option<string?>("--experiment") { Description = "Only runs of this experiment" };
        var preset = new Option<string?>("--preset") { Description = "Only runs of this preset" };
        var seed = new Option<int?>("--seed") { Description = "Only runs with this seed" };
        var verdict = new Option<string?>("--verdict")
        {
            Description = "Only runs with a claim that came out so: reproduced, 'not reproduced', inconclusive",
        };
        var where = new Option<string?>("--where") { Description = "Only runs with such a metric: perplexity<6, svf-mlp/perplexity<6" };
        var json = new Option<bool>("--json") { Description = "Print the runs as JSON" };
        var runs = RunsOption.Create();
        var command = new Command("list", "List the experiments and the runs") { experiment, preset, seed, verdict, where, json, runs };
        command.SetAction(parsed =>
        {
            var filter = new RunFilter(
                parsed.GetValue(experiment), parsed.GetValue(preset), parsed.GetValue(seed), parsed.GetValue(verdict),
                parsed.GetValue(where) is { } text ? MetricCondition.Parse(text) : null);
            var rows = RunIndex.Of(parsed.Store(runs)).Query(filter);
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(rows, JsonOptions.Strict));
            else Print(filter, rows);
            return 0;
        });
        return command;
    }

    private static void Print(RunFilter filter, IReadOnlyList<RunRow> rows)
    {
        if (filter == new RunFilter()) Terminal.Out.Write(Experiments());
        if (rows.Count > 0) Terminal.Out.Write(Runs(rows));
        else Terminal.Out.WriteLine(filter == new RunFilter() ? "no runs yet: mlnetllm run svf --preset quick" : "no run meets the filter");
    }

    private static Table Experiments()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("experiment", "what it does", "presets");
        foreach (var experiment in ExperimentTable.All)
            table.AddRow(experiment.Name, Markup.Escape(experiment.Title), string.Join(", ", experiment.Presets));
        return table;
    }

    private static Table Runs(IReadOnlyList<RunRow> rows)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("run", "experiment", "preset", "seed", "started", "seconds", "claims reproduced", "state");
        foreach (var row in rows)
            table.AddRow(Text(row.Id), Text(row.Experiment), Text(row.Preset), row.Seed.ToString(CultureInfo.InvariantCulture),
                Text(row.Started), row.Seconds?.ToString("F0", CultureInfo.InvariantCulture) ?? "",
                row.Claims == 0 ? "" : $"{row.Reproduced} of {row.Claims}", Text(row.State));
        return table;
    }

    private static string Text(string? text) => Markup.Escape(RunTexts.Plain(text));
}
