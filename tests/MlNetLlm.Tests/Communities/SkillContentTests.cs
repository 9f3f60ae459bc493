using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class SkillContentTests
{
    [Test]
    public void Counts_OfEdgesInside_CountsSkillsOfBothEnds()
    {
        var modules = WeightedGraph.FromEdges(4, [new(0, 1), new(1, 2), new(2, 3), new(0, 0)]);
        double[,] skillsByModules = { { 1, 2, 0, 0 }, { 0, 1, 1, 1 }, { 1, 0, 0, 3 } };

        var counts = SkillContent.Counts(modules, Partition.Of("aabb"), skillsByModules);

        // Inside a: 0–1 (skill 0), the loop at 0 (skills 0 and 2). Inside b: 2–3 (skill 1).
        Assert.That(counts, Is.EqualTo(new double[,] { { 2, 0, 1 }, { 0, 1, 0 } }));
    }

    [Test]
    public void RankDataSets_ByDivergence_PutsTheBestFirst()
    {
        var ranked = SkillContent.RankDataSets([3, 1], new double[,] { { 0, 5 }, { 6, 2 }, { 1, 1 } });

        Assert.That(ranked.Select(pair => pair.DataSet), Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(ranked[0].Divergence, Is.EqualTo(0).Within(1e-12));
        Assert.That(ranked[1].Divergence, Is.EqualTo(0.5 * Math.Log(0.5 / 0.75) + 0.5 * Math.Log(0.5 / 0.25)).Within(1e-6));
        Assert.That(ranked[2].Divergence, Is.EqualTo(Math.Log(4)).Within(1e-6));
    }

    [Test]
    public void Independence_OfKnownTables_EqualsSciPy()
    {
        var small = ChiSquare.Independence(new double[,] { { 10, 20 }, { 30, 40 } });
        var large = ChiSquare.Independence(new double[,] { { 5, 15, 3, 0 }, { 20, 5, 9, 0 }, { 2, 2, 30, 0 } });

        Assert.That((small.Statistic, small.DegreesOfFreedom), Is.EqualTo((0.7936507936507937, 1)).Within(1e-12));
        Assert.That(small.P, Is.EqualTo(0.37299848361).Within(1e-9));
        Assert.That(large.P, Is.EqualTo(2.8091272600343804e-12).Within(1e-14));
        Assert.That((large.Statistic, large.DegreesOfFreedom), Is.EqualTo((60.066410051064786, 4)).Within(1e-10));
    }
}
