using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Which label a first pass gives to the questions of each task: a confusion matrix for reports.</summary>
internal static class RoutingChart
{
    /// <summary>The chart of a strategy; null where routing was not measured.</summary>
    /// <param name="findings">What was found.</param>
    /// <param name="strategy">The strategy's name in the result.</param>
    public static RunChart? Of(Findings findings, string strategy)
    {
        var routed = findings.Metrics.Where(metric => metric.Arm == $"{strategy}, seed 1"
            && metric.Name.StartsWith(RoutingSection.RoutedTo, StringComparison.Ordinal)).ToList();
        if (routed.Count == 0) return null;
        var tasks = routed.Select(metric => metric.Split!).Distinct().ToList();
        var labels = TaskTable.Labels.Union(routed.Select(metric => metric.Name[RoutingSection.RoutedTo.Length..])).ToList();
        return new RunChart
        {
            Title = $"Routing, {strategy}, seed 1", Kind = RunChartKind.Matrix, X = "label given", Y = "task",
            Note = "Share of a task's questions that were given a label.", Rows = tasks, Columns = labels,
            Values = [.. tasks.Select(task => (IReadOnlyList<double?>)[.. labels.Select(label => (double?)(routed.FirstOrDefault(metric =>
                metric.Split == task && metric.Name == RoutingSection.RoutedTo + label)?.Value ?? 0))])],
        };
    }
}
