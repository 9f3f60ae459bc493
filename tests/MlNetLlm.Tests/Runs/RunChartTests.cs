using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Runs;

public sealed class RunChartTests
{
    [TestCase(""" "kind": "Lines" """, "it has no series")]
    [TestCase(""" "kind": "Lines", "series": [ { "name": "a", "points": [ [1] ] } ] """, "[x, y]")]
    [TestCase(""" "kind": "Lines", "series": [ null ] """, "a row is null")]
    [TestCase(""" "kind": "Lines", "series": [ { "name": "a", "points": [ null ] } ] """, "a row is null")]
    [TestCase(""" "kind": "Intervals", "series": [] """, "series and rows")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [1, 2, 1, 3] ] } ] """, "[row, estimate")]
    [TestCase(""" "kind": "Intervals", "rows": [null], "series": [] """, "a name is null")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [], "values": [] """, "[threshold, 1 or -1]")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [], "values": [[null, 1]] """, "[threshold, 1 or -1]")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [], "values": [[1, 2]] """, "[threshold, 1 or -1]")]
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "columns": ["b"] """, "rows, columns and values")]
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "columns": ["b"], "values": [[1], [2]] """, "1 rows of 1")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"], "values": [[0, 1, 1]] """, "[from, to, weight]")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": [], "values": [] """, "groups of 0")]
    [TestCase(""" "kind": "Parallel", "rows": ["a", "b"], "values": [[1]] """, "has not 2 values")]
    [TestCase(""" "kind": "Lines", "columns": [null], "series": [] """, "a name is null")]
    [TestCase(""" "kind": "Lines", "values": [null], "series": [] """, "a row is null")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"] """, "series and rows")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [0, 2, 1] ] } ] """, "[row, estimate")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [null, 2, 1, 3] ] } ] """, "[row, estimate")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [-1, 2, 1, 3] ] } ] """, "[row, estimate")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [0.5, 2, 1, 3] ] } ] """, "[row, estimate")]
    [TestCase(""" "kind": "Matrix", "columns": ["b"], "values": [[1]] """, "rows, columns and values")]
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "values": [[1]] """, "rows, columns and values")]
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "columns": ["b"], "values": [[1, 2]] """, "1 rows of 1")]
    [TestCase(""" "kind": "Network", "columns": ["b"], "values": [] """, "rows, columns and values")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "values": [] """, "rows, columns and values")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"] """, "rows, columns and values")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"], "values": [[1, 0, 1]] """, "[from, to, weight]")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"], "values": [[0, 0]] """, "[from, to, weight]")]
    [TestCase(""" "kind": "Parallel", "values": [[1]] """, "rows and values")]
    [TestCase(""" "kind": "Parallel", "rows": ["a"] """, "rows and values")]
    [TestCase(""" "kind": "Lines", "series": [ { "name": "a", "points": [] }, null ] """, "a row is null")]
    [TestCase(""" "kind": "Lines", "series": [ { "name": "a", "points": [] }, { "name": "b", "points": [ [1, 2], [1] ] } ] """, "[x, y]")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [ [0, 2, 1, 3], [1, 2, 1, 3] ] } ] """,
        "[row, estimate")]
    [TestCase(""" "kind": "Intervals", "rows": ["a"], "series": [ { "name": "a", "points": [] }, { "name": "b", "points": [ [0] ] } ] """,
        "[row, estimate")]
    [TestCase(""" "kind": "Matrix", "rows": ["a", "b"], "columns": ["c"], "values": [[1], []] """, "2 rows of 1")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"], "values": [[0, 0, 1], [0, 0]] """, "[from, to, weight]")]
    [TestCase(""" "kind": "Parallel", "rows": ["a", "b"], "values": [[1, 2], [1]] """, "has not 2 values")]
    [TestCase(""" "kind": 17 """, "chart.json")]
    public void ReadAll_OfADamagedChart_NamesTheFileAndTheFault(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["charts"]);
        File.WriteAllText(Path.Combine(folder["charts"], "chart.json"), $$"""{ "title": "chart", {{json}} }""");
        Assert.That(() => RunChart.ReadAll(folder.Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("chart.json").And.Message.Contains(expected));
    }

    private static IEnumerable<RunChart> Sound()
    {
        yield return new RunChart
        {
            Title = "loss", Kind = RunChartKind.Lines, Note = "lower is better", X = "step", Y = "loss, nats", LogX = true,
            Series = [new RunChartSeries("svf", [[1, 2.5], [10, null]], RunChartLineStyle.Points)],
        };
        yield return new RunChart
        {
            Title = "effects", Kind = RunChartKind.Intervals, Rows = ["one", "two"],
            Series = [new RunChartSeries("mean", [[0, 0.5, 0.1, 0.9], [1, null, null, null]])], Values = [[0.4, 1], [0, -1]],
        };
        yield return new RunChart
        {
            Title = "confusion", Kind = RunChartKind.Matrix, Rows = ["a", "b"], Columns = ["c"], Values = [[1], [null]],
        };
        yield return new RunChart
        {
            Title = "communities", Kind = RunChartKind.Network, Rows = ["a", "b"], Columns = ["1", "1"],
            Values = [[0, 1, 0.5], [1, 0, null]],
        };
        yield return new RunChart
        {
            Title = "trials", Kind = RunChartKind.Parallel, Rows = ["rate", "loss"], Values = [[0.1, 2], [null, 3]],
        };
    }

    [Test]
    public void SaveAndReadAll_OfEveryKind_GiveTheChartsInTheOrderOfTheirNames()
    {
        using var folder = new TemporaryFolder();
        var charts = Sound().ToList();
        for (var i = charts.Count; i-- > 0;) charts[i].Save(ToyRuns.Files, folder.Path, $"{i}-chart");
        File.WriteAllText(folder["charts/picture.svg"], "none of ours");

        var read = RunChart.ReadAll(folder.Path);

        Assert.That(read.Select(chart => StrictJson.ToBytes(chart)), Is.EqualTo(charts.Select(chart => StrictJson.ToBytes(chart))));
        Assert.That(read.Select(chart => chart.Kind), Is.EqualTo(Enum.GetValues<RunChartKind>()));
        Assert.That((read[0].Title, read[0].Note, read[0].X, read[0].Y, read[0].LogX),
            Is.EqualTo(("loss", "lower is better", "step", "loss, nats", true)));
    }

    [Test]
    public void ReadAll_OfARunWithoutCharts_IsEmpty()
    {
        using var folder = new TemporaryFolder();
        Assert.That(RunChart.ReadAll(folder.Path), Is.Empty);
    }
}
