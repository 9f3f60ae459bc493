using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>How much room a chart needs for its names to be read.</summary>
/// <param name="Height">Its height, rem; null = as charts are.</param>
/// <param name="Width">Its least width, rem, below which it scrolls in its box; null = as narrow as its box.</param>
/// <param name="IsWhole">Whether it takes the page's whole width.</param>
internal sealed record ChartShape(double? Height, double? Width, bool IsWhole)
{
    private const double LowestThatFits = 22;
    private const int LongName = 34;
    private const double Cell = 1.5;
    private const double RowNames = 12;
    private const int FewColumns = 8;
    private const double HalfAPage = 32;
    private const double Tall = 32;

    /// <summary>The room for a chart.</summary>
    public static ChartShape Of(RunChart chart)
    {
        var rows = chart.Rows?.Count ?? 0;
        var height = chart.Kind switch
        {
            RunChartKind.Intervals => 7 + (rows * (chart.Rows!.Any(row => row.Length > LongName) ? 2 : 1.2)),
            RunChartKind.Matrix => 16 + (rows * 1.2),
            RunChartKind.Network => 36,
            _ => 0,
        };
        var columns = chart.Kind == RunChartKind.Matrix ? chart.Columns!.Count : 0;
        var width = columns > FewColumns ? RowNames + (columns * Cell) : 0;
        return new(
            height > LowestThatFits ? Math.Round(height, 1) : null, width > 0 ? Math.Round(width, 1) : null,
            width > HalfAPage || height > Tall);
    }
}
