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
    /// <summary>What the table says of a run.</summary>
    /// <param name="Title">The column's title.</param>
    /// <param name="Rank">Where the window is too narrow, columns go in the order of falling ranks; those of rank 0 stay.</param>
    /// <param name="Cell">The text.</param>
    /// <param name="Side">Where it stands.</param>
    /// <param name="Wraps">Letters it needs before it may go on in a next line; null = it never does.</param>
    private sealed record Column(
        string Title, int Rank, Func<RunRow, string?> Cell, Justify Side = Justify.Left, int? Wraps = null);

    private const int DateLength = 10;

    private static readonly string[] _verdicts = [.. Enum.GetValues<Verdict>().Select(RunTexts.Verdict)];

    // A run's id mostly says experiment, preset and seed.
    private static readonly Column[] _columns =
    [
        new("run", 0, row => row.Id),
        new("experiment", 4, row => row.Experiment),
        new("preset", 3, row => row.Preset),
        new("seed", 5, row => row.Seed.ToString(CultureInfo.InvariantCulture), Justify.Right),
        new("started", 2, row => row.Started?[..DateLength]),
        new("seconds", 6, row => row.Seconds?.ToString("F0", CultureInfo.InvariantCulture), Justify.Right),
        new("reproduced", 1, row => row.Claims == 0 ? "" : $"{row.Reproduced} of {row.Claims}"),
        new("state", 0, row => row.State, Wraps: 12),
    ];

    public static Command Create()
    {
        var experiment = new Option<string?>("--experiment") { Description = "Only runs of this experiment" };
        var preset = new Option<string?>("--preset") { Description = "Only runs of this preset" };
        var seed = new Option<int?>("--seed") { Description = "Only runs with this seed" };
        var verdict = new Option<string?>("--verdict")
        {
            Description = $"Only runs with a claim that came out so: {string.Join(", ", _verdicts.Select(name => $"'{name}'"))}",
        };
        var where = new Option<string?>("--where")
        {
            Description = "Only runs with such a metric: perplexity<6, arm/perplexity<6, perplexity@split<6, arm/perplexity@split<6",
        };
        var json = new Option<bool>("--json") { Description = "Print the runs as JSON" };
        var runs = RunsOption.Create();
        var command = new Command("list", "List the experiments and the runs") { experiment, preset, seed, verdict, where, json, runs };
        command.SetAction(parsed =>
        {
            var filter = new RunFilter(
                parsed.GetValue(experiment), parsed.GetValue(preset), parsed.GetValue(seed), parsed.GetValue(verdict),
                parsed.GetValue(where) is { } text ? MetricCondition.Parse(text) : null);
            using var index = RunIndex.Of(parsed.Store(runs));
            Check(filter, index);
            var rows = index.Query(filter);
            if (parsed.GetValue(json)) Console.Out.WriteLine(JsonSerializer.Serialize(rows, JsonOptions.Strict));
            else Print(filter, rows);
            return 0;
        });
        return command;
    }

    // A mistyped name would be answered as if there were no such runs.
    private static void Check(RunFilter filter, RunIndex index)
    {
        string[] faults =
        [
            .. Fault("--experiment", filter.Experiment, [.. ExperimentTable.All.Select(one => one.Name), .. index.Experiments()]),
            .. Fault("--preset", filter.Preset, [.. ExperimentTable.All.SelectMany(one => one.Presets), .. index.Presets()]),
            .. Fault("--verdict", filter.Verdict, _verdicts),
            .. Fault("--where", filter.Metric?.Metric, index.Metrics()),
        ];
        if (faults.Length > 0) throw new ArgumentException(string.Join(" ", faults));
    }

    private static IEnumerable<string> Fault(string option, string? name, IReadOnlyList<string> known)
    {
        const int Shown = 12;
        if (name is null || known.Count == 0 || known.Contains(name)) yield break;
        string[] names = [.. known.Distinct()];
        var hint = Nearest.To(name, names) is { } nearest ? $"Did you mean '{nearest}'?"
            : $"Known: {string.Join(", ", names.Take(Shown).Select(one => $"'{one}'"))}{(names.Length > Shown ? ", …" : ".")}";
        yield return $"{option} names '{name}', which there is not. {hint}";
    }

    private static void Print(RunFilter filter, IReadOnlyList<RunRow> rows)
    {
        if (filter == new RunFilter()) Terminal.Out.Write(Experiments());
        if (rows.Count > 0) Print(Terminal.Out, rows);
        else Terminal.Out.WriteLine(filter == new RunFilter() ? "no runs yet: mlnetllm run svf --preset quick" : "no run meets the filter");
    }

    private static Table Experiments()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("experiment", "what it does", "presets");
        foreach (var experiment in ExperimentTable.All)
            table.AddRow(experiment.Name, Markup.Escape(experiment.Title), string.Join(", ", experiment.Presets));
        return table;
    }

    // Each cell on one line: what does not fit beside the others is left out, and said.
    internal static void Print(IAnsiConsole console, IReadOnlyList<RunRow> rows)
    {
        var shown = _columns.ToList();
        while (shown.Max(column => column.Rank) > 0 && Width(shown, rows) > console.Profile.Width)
            shown.Remove(shown.MaxBy(column => column.Rank)!);
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in shown)
            table.AddColumn(new TableColumn(column.Title) { NoWrap = column.Wraps is null, Alignment = column.Side });
        foreach (var row in rows) table.AddRow([.. shown.Select(column => Text(column.Cell(row)))]);
        console.Write(table);
        if (shown.Count < _columns.Length)
            console.WriteLine($"not shown for want of width: {string.Join(", ", _columns.Except(shown).Select(column => column.Title))}");
    }

    // A cell has a space on either side, and a line before it; the last one also after it.
    private static int Width(List<Column> columns, IReadOnlyList<RunRow> rows) => 1 + columns.Sum(column => 3 + Math.Max(
        column.Title.Length, rows.Max(row => Math.Min(RunTexts.Plain(column.Cell(row)).Length, column.Wraps ?? int.MaxValue))));

    private static string Text(string? text) => Markup.Escape(RunTexts.Plain(text));
}
