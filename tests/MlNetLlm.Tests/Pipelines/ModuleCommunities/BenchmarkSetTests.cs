using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class BenchmarkSetTests
{
    [Test]
    public void View_HasTheLabelThatTheReaderHas()
    {
        if (!BenchmarkSet.IsHere("commonsenseqa")) Assert.Ignore("The data set commonsenseqa is not on this machine.");
        var ml = new MLContext(1);
        var set = BenchmarkSet.Read(ml, "commonsenseqa@validation", 40);
        var read = MultipleChoiceReader.Read(Benchmark.Find("commonsenseqa"), DatasetCatalog.Default.Find("commonsenseqa"),
            new BenchmarkOptions { Split = "validation", ShuffleSeed = 1 });
        Assert.That(Labels(set.View(ml)), Is.EqualTo(Labels(read).Take(40)));
        Assert.That(set.Rows.Select(row => row.Continuations.Length), Is.All.EqualTo(5));
        Assert.That(set.Rows.Select(row => row.DataSet), Is.All.EqualTo("commonsenseqa@validation"));
    }

    [TestCase(25, false)]
    [TestCase(37, false)]
    [TestCase(39, true)]
    public void IsAboveChance_NeedsThreeErrors(int right, bool expected)
    {
        var score = new RealScore("set", right, 100, 0.25);                   // an error of 0.0433: the bound is 0.38
        Assert.That(score.IsAboveChance(3), Is.EqualTo(expected));
    }

    private static List<uint> Labels(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Label"]]);
        var getter = cursor.GetGetter<uint>(view.Schema["Label"]);
        var (labels, label) = (new List<uint>(), 0u);
        while (cursor.MoveNext())
        {
            getter(ref label);
            labels.Add(label);
        }
        return labels;
    }
}
