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
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "columns": ["b"] """, "rows, columns and values")]
    [TestCase(""" "kind": "Matrix", "rows": ["a"], "columns": ["b"], "values": [[1], [2]] """, "1 rows of 1")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": ["b"], "values": [[0, 1, 1]] """, "[from, to, weight]")]
    [TestCase(""" "kind": "Network", "rows": ["a"], "columns": [], "values": [] """, "groups of 0")]
    [TestCase(""" "kind": "Parallel", "rows": ["a", "b"], "values": [[1]] """, "has not 2 values")]
    [TestCase(""" "kind": 17 """, "chart.json")]
    public void ReadAll_OfADamagedChart_NamesTheFileAndTheFault(string json, string expected)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["charts"]);
        File.WriteAllText(Path.Combine(folder["charts"], "chart.json"), $$"""{ "title": "chart", {{json}} }""");
        Assert.That(() => RunChart.ReadAll(folder.Path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("chart.json").And.Message.Contains(expected));
    }
}
