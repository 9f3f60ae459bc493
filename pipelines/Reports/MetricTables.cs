using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>A run's metrics: one table where they are few, else a folded table for each group of arms.</summary>
internal static class MetricTables
{
    private const int Few = 40;

    private static readonly string[] _columns = ["arm", "metric", "split", "value#", "standard error#", "n#"];

    /// <summary>Writes them.</summary>
    public static void Write(Html body, IReadOnlyList<RunMetric> metrics)
    {
        var groups = metrics.GroupBy(metric => Group(metric.Arm)).ToList();
        if (metrics.Count <= Few || groups.Count == 1)
        {
            body.Table("What was measured", _columns, metrics.Select(Row));
            return;
        }
        body.Element("p", $"{metrics.Count} numbers of {groups.Count} groups of arms; each group unfolds.", "class=\"quiet\"");
        foreach (var group in groups)
            body.Raw("<details>").Element("summary", $"{group.Key} ({group.Count()})")
                .Table($"What was measured: {group.Key}", _columns, group.Select(Row)).Raw("</details>\n");
    }

    // "main/AF, tagging, d2" belongs to main, "step 300, own programs" to step.
    private static string Group(string arm)
    {
        var end = arm.IndexOfAny([',', '/']);
        var first = end < 0 ? arm : arm[..end];
        var group = first.TrimEnd([.. "0123456789. "]);
        return group.Length > 0 && first.Length > group.Length && first[group.Length] == ' ' ? group : first;
    }

    private static IReadOnlyList<string?> Row(RunMetric metric) =>
    [
        metric.Arm, metric.Name, metric.Split, RunTexts.Number(metric.Value), RunTexts.Number(metric.StandardError),
        RunTexts.Number(metric.N),
    ];
}
