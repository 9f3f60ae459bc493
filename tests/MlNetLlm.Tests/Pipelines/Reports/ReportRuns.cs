using System.Text.Json.Nodes;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>Runs with everything that a report can show, every text of them given.</summary>
internal static class ReportRuns
{
    /// <summary>Charts that <see cref="Everything"/> leads to: claims, metrics, five kinds, curves, two of the sweep.</summary>
    public const int Charts = 10;

    public static StoredRun Everything(RunStore store, string id, string text)
    {
        var run = ToyRuns.Write(store, id, r => r with
        {
            Experiment = text, Preset = text,
            Environment = new RunEnvironment(text, text, text, text, 2, text),
            Data = [new RunData(text, text, 10, text)],
            Options = new JsonObject
            {
                [text] = text,
                ["claims"] = new JsonArray(new JsonObject
                {
                    ["id"] = text, ["rule"] = new JsonObject { ["direction"] = "Below", ["threshold"] = 0 },
                }),
            },
            Metrics = [.. r.Metrics.Select(m => m with { Arm = m.Arm + text, Name = m.Name + text, Split = text })],
            Claims = [.. r.Claims.Select(c => c with
            {
                Id = text, Source = text, Statement = text, Measured = text, Expected = $"{text} < 0",
            })],
        });
        foreach (var kind in Enum.GetValues<RunChartKind>()) Chart(kind, text).Save(ToyRuns.Files, run.Folder, $"{kind}");
        using (var recorder = new RunRecorder(ToyRuns.Files, run.Folder, TimeProvider.System))
            for (var step = 1; step <= 30; step++) recorder.Append(text, $"loss {text}", step, 3.0 / step);
        Sweep(run.Folder, text);
        File.WriteAllText(Path.Combine(run.Folder, "picture.svg"),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><script>document.title='hit'</script></svg>");
        return run;
    }

    private static RunChart Chart(RunChartKind kind, string text)
    {
        var chart = new RunChart { Title = text, Kind = kind, Note = text, X = text, Y = text };
        return kind switch
        {
            RunChartKind.Lines => chart with { Series = [new RunChartSeries(text, [[1, 2], [2, null], [3, 1]])] },
            RunChartKind.Intervals => chart with
            {
                Rows = [text, "b"], Series = [new RunChartSeries(text, [[0, 1, 0.5, 1.5], [1, 2, 1, 3]])],
            },
            RunChartKind.Matrix => chart with { Rows = [text, "b"], Columns = [text, "d"], Values = [[1, 2], [null, 4]] },
            RunChartKind.Network => chart with { Rows = [text, "b"], Columns = [text, "other"], Values = [[0, 1, 0.5]] },
            _ => chart with { Rows = [text, "loss"], Values = [[1, 2], [2, 3]] },
        };
    }

    private static void Sweep(string folder, string text)
    {
        var values = new Dictionary<string, string> { ["x"] = "0.5", ["y"] = JsonValue.Create(text).ToJsonString() };
        using var journal = SweepJournal.Open(ToyRuns.Files, folder);
        foreach (var trial in new[] { 0, 1 })
        {
            var own = new Dictionary<string, string>(values) { ["x"] = $"0.{trial + 5}" };
            journal.Append(new SweepEntry(Proposed: new TrialRequest(trial, 0, own)));
            journal.Append(new SweepEntry(Ended: new TrialOutcome(trial, 0, TrialStatus.Completed, 1 + trial, 5, text)));
        }
    }
}
