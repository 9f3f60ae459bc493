using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>A line of a chart: points in order of x, named at its right end.</summary>
/// <param name="Name">Written beside its last point.</param>
/// <param name="Points">The points.</param>
/// <param name="Dashed">Dashed, for baselines and controls.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points, bool Dashed = false);

/// <summary>One of a chart's panels, which share the x axis.</summary>
/// <param name="Title">What it is about; without <paramref name="Y"/>, what its y axis shows, with the unit.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Y">What its y axis shows, with the unit, where that is not the title.</param>
internal sealed record ChartPanel(string Title, IReadOnlyList<ChartLine> Lines, string? Y = null);

/// <summary>A labelled stretch of the x axis, drawn as a shade over every panel.</summary>
/// <param name="Name">Written at its top.</param>
/// <param name="From">Where it starts.</param>
/// <param name="To">Where it ends.</param>
internal sealed record ChartStretch(string Name, double From, double To);

/// <summary>A line chart as SVG: panels one above the other over a common x axis. For the pictures beside an experiment's README.</summary>
/// <param name="Title">Above the chart.</param>
/// <param name="XTitle">What the x axis shows, with the unit.</param>
/// <param name="Panels">From top to bottom.</param>
internal sealed record LineChart(string Title, string XTitle, IReadOnlyList<ChartPanel> Panels)
{
    private const double PanelGap = 0.04;
    private const double RoomForNames = 0.3;
    private const double BelowLines = 0.06;
    private const double AboveLines = 0.14;
    private const double NameHeight = 15;

    // Told apart in colour-blind sight and on light and dark paper (Okabe and Ito 2008).
    private static readonly OxyColor[] _colours =
    [
        OxyColor.FromRgb(0, 114, 178), OxyColor.FromRgb(213, 94, 0), OxyColor.FromRgb(0, 158, 115), OxyColor.FromRgb(204, 121, 167),
        OxyColor.FromRgb(86, 180, 233), OxyColor.FromRgb(230, 159, 0), OxyColor.FromRgb(90, 90, 90),
    ];

    /// <summary>Shaded stretches of the x axis.</summary>
    public IReadOnlyList<ChartStretch> Stretches { get; init; } = [];

    /// <summary>Whether the x axis is logarithmic.</summary>
    public bool LogarithmicX { get; init; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; init; } = 900;

    /// <summary>Height of a panel in pixels.</summary>
    public int PanelHeight { get; init; } = 230;

    /// <summary>
    /// Keeps the chart in a run's folder: as a picture, NAME.svg, and as data for reports, a chart a panel (NAME, or NAME-1, NAME-2 …).
    /// </summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no point to draw, or one is not finite.</exception>
    public void Save(string runFolder, string name)
    {
        AtomicFile.WriteAllText(FileSystems.Default, Path.Combine(runFolder, $"{name}.svg"), ToSvg());
        for (var i = 0; i < Panels.Count; i++)
            Data(Panels[i]).Save(FileSystems.Default, runFolder, Panels.Count == 1 ? name : $"{name}-{i + 1}");
    }

    private RunChart Data(ChartPanel panel) => new()
    {
        Title = Panels.Count == 1 ? Title : $"{Title}: {panel.Title}",
        Kind = RunChartKind.Lines,
        Note = Stretches.Count == 0 ? null : string.Join(
            "; ", Stretches.Select(stretch => FormattableString.Invariant($"{stretch.Name}: {stretch.From:F0} to {stretch.To:F0}"))) + ".",
        X = XTitle,
        Y = panel.Y ?? panel.Title,
        LogX = LogarithmicX,
        Series = [.. panel.Lines.Select(line => new RunChartSeries(
            line.Name, [.. line.Points.Select(p => (IReadOnlyList<double?>)[p.X, p.Y])],
            line.Dashed ? RunChartLineStyle.Dashed : RunChartLineStyle.Solid))],
    };

    /// <summary>The chart as SVG.</summary>
    public string ToSvg()
    {
        var all = Panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).ToList();
        if (all.Count == 0) throw new ArgumentException($"Chart '{Title}' has no points.");
        if (all.Any(p => !double.IsFinite(p.X) || !double.IsFinite(p.Y)))
            throw new ArgumentException($"Chart '{Title}' has a point that is not finite.");

        var model = new PlotModel { Title = Title, Background = OxyColors.White, TitleFontSize = 15, DefaultFontSize = 12 };
        model.PlotMargins = new OxyThickness(70, double.NaN, double.NaN, double.NaN);
        var (from, to) = (all.Min(p => p.X), all.Max(p => p.X));
        model.Axes.Add(XAxis(from, to));
        for (var i = 0; i < Panels.Count; i++) AddPanel(model, i);
        return new SvgExporter { Width = Width, Height = 90 + PanelHeight * Panels.Count }.ExportToString(model).TrimStart('\uFEFF');
    }

    private Axis XAxis(double from, double to)
    {
        // Room on the right for the names of the lines.
        Axis axis = LogarithmicX
            ? new LogarithmicAxis { Minimum = from, Maximum = from * Math.Pow(to / from, 1 + RoomForNames) }
            : new LinearAxis { Minimum = from, Maximum = to + (to - from) * RoomForNames };
        axis.Position = AxisPosition.Bottom;
        axis.Title = XTitle;
        return axis;
    }

    private void AddPanel(PlotModel model, int index)
    {
        var (panel, key) = (Panels[index], $"panel{index}");
        var height = 1.0 / Panels.Count;
        var top = 1 - index * height;
        var values = panel.Lines.SelectMany(line => line.Points).Select(p => p.Y).DefaultIfEmpty(0).ToList();
        var (least, most) = (values.Min(), values.Max());
        var range = most > least ? most - least : 1;
        model.Axes.Add(new LinearAxis
        {
            Key = key,
            Position = AxisPosition.Left,
            Title = panel.Y is null ? panel.Title : $"{panel.Title}: {panel.Y}",
            AxisTitleDistance = 22,
            StartPosition = top - height + (index < Panels.Count - 1 ? PanelGap / 2 : 0),
            EndPosition = top - (index > 0 ? PanelGap / 2 : 0),
            Minimum = least - BelowLines * range,
            Maximum = most + AboveLines * range,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = OxyColor.FromRgb(232, 232, 232),
        });
        foreach (var stretch in Stretches) model.Annotations.Add(Shade(stretch, key, index == 0 ? most + AboveLines * range / 2 : null));
        var names = Apart([.. panel.Lines.Select(l => l.Points.Count > 0 ? l.Points[^1].Y : least)], range / PanelHeight * NameHeight);
        for (var i = 0; i < panel.Lines.Count; i++) AddLine(model, panel.Lines[i], key, _colours[i % _colours.Length], names[i]);
    }

    // Heights of the names: those of the lines' ends, moved up where two would be written over each other.
    private static double[] Apart(double[] heights, double distance)
    {
        var order = Enumerable.Range(0, heights.Length).OrderBy(i => heights[i]).ToArray();
        for (var k = 1; k < order.Length; k++)
            heights[order[k]] = Math.Max(heights[order[k]], heights[order[k - 1]] + distance);
        return heights;
    }

    private static void AddLine(PlotModel model, ChartLine line, string key, OxyColor colour, double nameAt)
    {
        var series = new LineSeries
        {
            YAxisKey = key, Color = colour, StrokeThickness = 1.8, LineStyle = line.Dashed ? LineStyle.Dash : LineStyle.Solid,
        };
        series.Points.AddRange(line.Points.Select(p => new DataPoint(p.X, p.Y)));
        model.Series.Add(series);
        if (line.Points.Count == 0) return;
        model.Annotations.Add(new TextAnnotation
        {
            Text = $" {line.Name}",
            TextPosition = new DataPoint(line.Points[^1].X, nameAt),
            TextHorizontalAlignment = HorizontalAlignment.Left,
            TextVerticalAlignment = VerticalAlignment.Middle,
            TextColor = colour,
            StrokeThickness = 0,
            YAxisKey = key,
            ClipByYAxis = false,
        });
    }

    private static RectangleAnnotation Shade(ChartStretch stretch, string key, double? nameAt) => new()
    {
        MinimumX = stretch.From,
        MaximumX = stretch.To,
        YAxisKey = key,
        Fill = OxyColor.FromAColor(26, OxyColor.FromRgb(120, 120, 120)),
        Stroke = OxyColor.FromRgb(190, 190, 190),
        StrokeThickness = 0.6,
        Layer = AnnotationLayer.BelowSeries,
        Text = nameAt is null ? "" : stretch.Name,
        TextPosition = nameAt is { } y ? new DataPoint((stretch.From + stretch.To) / 2, y) : DataPoint.Undefined,
        TextVerticalAlignment = VerticalAlignment.Middle,
        TextColor = OxyColor.FromRgb(80, 80, 80),
    };
}
