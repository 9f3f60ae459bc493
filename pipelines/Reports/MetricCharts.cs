using System.Text.RegularExpressions;
using MathNet.Numerics.Distributions;
using MlNetLlm.Evaluation;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>Metrics with standard errors as points with 95 % intervals, a chart for each name and split.</summary>
internal static partial class MetricCharts
{
    private const int MaxRows = 30;

    // How far a standard error may be from that of a share of n: errors are written with all their digits.
    private const double Rounding = 1e-9;

    /// <summary>The charts.</summary>
    public static IEnumerable<RunChart> Of(IEnumerable<RunMetric> metrics) => metrics
        .Where(m => m.StandardError is not null && double.IsFinite(m.Value)).GroupBy(m => (m.Name, m.Split))
        .Where(group => group.Count() is > 1 and <= MaxRows).Select(group => Chart(group.Key.Name, group.Key.Split, [.. group]));

    private static RunChart Chart(string name, string? split, IReadOnlyList<RunMetric> metrics)
    {
        var numbers = metrics.Select(m => m.N).Distinct().ToList();
        var rows = metrics.Select(Row).Distinct().ToList();
        var title = split is null ? name : $"{name}, {split}";
        var areShares = AreShares(metrics);
        return new RunChart
        {
            Title = title, Kind = RunChartKind.Intervals, X = name, Rows = rows,
            Note = numbers is [{ } all] ? $"Whiskers are 95 % intervals; n = {all} in every row." : "Whiskers are 95 % intervals.",
            Series = [new RunChartSeries(title, [.. metrics.Select(Point)])],
        };

        string Row(RunMetric metric) => numbers.Count > 1 && metric.N is { } n ? $"{metric.Arm} (n = {n})" : metric.Arm;

        IReadOnlyList<double?> Point(RunMetric metric)
        {
            var interval = Interval(metric, areShares);
            return [rows.IndexOf(Row(metric)), metric.Value, interval?.Lower, interval?.Upper];
        }
    }

    /// <summary>
    /// A metric's 95 % interval: for shares Wilson's where each unit is a success or none, else the usual one of their log-odds, which
    /// keeps them within 0..1; for all others Student's. Null where all units were alike, or their number is not known.
    /// </summary>
    /// <param name="metric">A metric with its standard error.</param>
    /// <param name="isShare">Whether it lies within 0..1 for every unit.</param>
    public static ConfidenceInterval? Interval(RunMetric metric, bool isShare)
    {
        if (metric is not { StandardError: { } error, N: { } n and > 0, Value: var value }) return null;
        if (isShare && IsOfSuccesses(metric)) return Intervals.OfShare((long)Math.Round(value * n), n);
        if (!(error > 0) || n < 2) return null;
        var half = StudentT.InvCDF(0, 1, n - 1, 0.975) * error;
        if (!isShare || value is 0 or 1) return new(value, value - half, value + half, 0.95);
        var (odds, spread) = (Math.Log(value / (1 - value)), half / (value * (1 - value)));
        return new(value, Share(odds - spread), Share(odds + spread), 0.95);
    }

    /// <summary>Whether metrics of one name are shares: by their name, or because an error of theirs is just that of a share.</summary>
    public static bool AreShares(IReadOnlyList<RunMetric> metrics) => metrics.All(m => m.Value is >= 0 and <= 1)
        && (metrics.All(m => NameOfShare().IsMatch(m.Name)) || metrics.Any(m => m.Value is > 0 and < 1 && IsOfSuccesses(m)));

    // The error of a share of n successes and failures, with or without the correction for one estimated mean.
    private static bool IsOfSuccesses(RunMetric metric)
    {
        if (metric is not { StandardError: { } error, N: { } n and > 0, Value: var p }) return false;
        var (square, most) = (error * error, p * (1 - p) / Math.Max(1, n - 1));
        return Math.Abs((p * n) - Math.Round(p * n)) < n * Rounding
            && square <= most * (1 + Rounding) && square >= p * (1 - p) / n * (1 - Rounding);
    }

    private static double Share(double odds) => 1 / (1 + Math.Exp(-odds));

    // "held-out accuracy", "score, update 10", "unique share"; not "share of the final score", which may pass 1.
    [GeneratedRegex(@"^([\w-]+ ){0,2}(accuracy|score|share)(,|$)")]
    private static partial Regex NameOfShare();
}
