using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>
/// A chart's content as data: what a run's charts/ folder holds, for reports that draw it as they like. What a kind does not use is null.
/// </summary>
public sealed record RunChart
{
    /// <summary>The folder of a run's charts in its folder.</summary>
    public const string FolderName = "charts";

    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>How it is drawn.</summary>
    public required RunChartKind Kind { get; init; }

    /// <summary>One or two sentences on how to read it.</summary>
    public string? Note { get; init; }

    /// <summary>What runs along the horizontal axis, with its unit.</summary>
    public string? X { get; init; }

    /// <summary>What runs along the vertical axis, with its unit.</summary>
    public string? Y { get; init; }

    /// <summary>Whether the horizontal axis is logarithmic.</summary>
    public bool LogX { get; init; }

    /// <summary>Lines, or points with intervals.</summary>
    public IReadOnlyList<RunChartSeries>? Series { get; init; }

    /// <summary>Names of a matrix's rows, a network's nodes, or the axes of parallel coordinates.</summary>
    public IReadOnlyList<string>? Rows { get; init; }

    /// <summary>Names of a matrix's columns; for a network's nodes the group of each.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// A matrix by rows; for a network rows of [from, to, weight]; for parallel coordinates one row a trial, from the worst to the best.
    /// For points with intervals null, or for every row [threshold, 1 or -1]: the point where the row is measured from, and on which side
    /// of it a claim puts the row, above or below. Null is no value.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double?>>? Values { get; init; }

    /// <summary>Keeps the chart in a run's folder.</summary>
    /// <param name="files">Where to write.</param>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="name">The chart's file name, without extension; charts are shown in the order of their names.</param>
    public void Save(IFileSystem files, string runFolder, string name) =>
        AtomicFile.WriteAllBytes(files, Path.Combine(runFolder, FolderName, $"{name}.json"), StrictJson.ToBytes(this));

    /// <summary>Reads the charts of a run.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static IReadOnlyList<RunChart> ReadAll(string runFolder)
    {
        var folder = Path.Combine(runFolder, FolderName);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)
                .Select(Read)]
            : [];
    }

    private static RunChart Read(string file)
    {
        var chart = StrictJson.ReadFile<RunChart>(file);
        return chart.Fault() is { } fault
            ? throw new InvalidDataException($"'{file}' is no chart of kind {chart.Kind}: {fault}. Remove it, or repeat the run.") : chart;
    }

    // What whoever draws it relies on.
    private string? Fault()
    {
        if (Rows?.Contains(null!) == true || Columns?.Contains(null!) == true) return "a name is null";
        if (Values?.Contains(null!) == true || Series?.Any(line => line is null || line.Points.Contains(null!)) == true)
            return "a row is null";
        return Kind switch
        {
            RunChartKind.Lines => Series is null ? "it has no series"
                : Series.Any(line => line.Points.Any(p => p.Count != 2)) ? "a point is no [x, y]" : null,
            RunChartKind.Intervals => Series is null || Rows is null ? "it needs series and rows"
                : Series.Any(group => group.Points.Any(p => p.Count != 4 || !IsRow(p[0])))
                    ? "a point is no [row, estimate, low, high]"
                : Values is { } rules && (rules.Count != Rows.Count || rules.Any(rule => rule is not [not null, 1 or -1]))
                    ? $"its values are not {Rows.Count} of [threshold, 1 or -1]" : null,
            RunChartKind.Matrix => Rows is null || Columns is null || Values is null ? "it needs rows, columns and values"
                : Values.Count != Rows.Count || Values.Any(row => row.Count != Columns.Count)
                    ? $"its values are not {Rows.Count} rows of {Columns.Count}" : null,
            RunChartKind.Network => Rows is null || Columns is null || Values is null ? "it needs rows, columns and values"
                : Columns.Count != Rows.Count ? $"it has {Rows.Count} nodes and groups of {Columns.Count}"
                : Values.Any(edge => edge.Count != 3 || !IsRow(edge[0]) || !IsRow(edge[1])) ? "an edge is no [from, to, weight]" : null,
            RunChartKind.Parallel => Rows is null || Values is null ? "it needs rows and values"
                : Values.Any(row => row.Count != Rows.Count) ? $"a line has not {Rows.Count} values" : null,
            _ => "there is no such kind",
        };
    }

    private bool IsRow(double? index) => index is { } i && i == Math.Floor(i) && i >= 0 && i < Rows!.Count;
}

/// <summary>How a chart is drawn.</summary>
public enum RunChartKind
{
    /// <summary>Lines over numbers.</summary>
    Lines,

    /// <summary>Named points with intervals.</summary>
    Intervals,

    /// <summary>A matrix as colours: confusion, community, layer by step.</summary>
    Matrix,

    /// <summary>Nodes and weighted edges.</summary>
    Network,

    /// <summary>Parallel coordinates: one line a row, one axis a column.</summary>
    Parallel,
}

/// <summary>One line of a chart, or one group of points with intervals.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Points">[x, y], or for intervals [index into the chart's rows, estimate, low, high]; null is no value.</param>
/// <param name="Style">How a line is drawn.</param>
public sealed record RunChartSeries(
    string Name, IReadOnlyList<IReadOnlyList<double?>> Points, RunChartLineStyle Style = RunChartLineStyle.Solid);

/// <summary>How a line of a chart is drawn.</summary>
public enum RunChartLineStyle
{
    /// <summary>As a line.</summary>
    Solid,

    /// <summary>Dashed, for baselines and controls.</summary>
    Dashed,

    /// <summary>As points alone, where what lies between them means nothing.</summary>
    Points,
}
