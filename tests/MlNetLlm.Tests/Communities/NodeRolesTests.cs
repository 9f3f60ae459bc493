using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class NodeRolesTests
{
    /// <summary>The expected values have six places.</summary>
    private const double Printed = 1e-6;

    // Participation and z on the karate club without weights, by the formulas of Guimerà and Amaral 2005 and by those of the released code.
    [TestCase(0, true, 0.117188, 0.121094, 3.346533, 3.060803)]
    [TestCase(8, true, 0.48, 0.84, -0.651217, 0.064101)]
    [TestCase(33, true, 0.290657, 0.321799, 3.136281, 3.181651)]
    [TestCase(0, false, 0.5390625, 0.609375, 2.135708, 2.420873)]
    [TestCase(2, false, 0.62, 0.75, 0.300334, 1.043480)]
    [TestCase(16, false, 0, 0, -0.816497, -1.603567)]
    public void Roles_OnKarate_EqualTheFormulas(int node, bool clubs, double textbook, double published, double z, double publishedZ)
    {
        var (graph, partition) = (KarateClub.Unweighted, clubs ? KarateClub.Clubs : KarateClub.Best);

        Assert.That(NodeRoles.Participation(graph, partition)[node], Is.EqualTo(textbook).Within(Printed));
        Assert.That(NodeRoles.PublishedParticipation(graph, partition)[node], Is.EqualTo(published).Within(Printed));
        Assert.That(NodeRoles.WithinModuleZ(graph, partition)[node], Is.EqualTo(z).Within(Printed));
        Assert.That(NodeRoles.PublishedZ(graph, partition)[node], Is.EqualTo(publishedZ).Within(Printed));
    }

    [Test]
    public void Participation_OverKarate_HasTheKnownMeanAndMaximum()
    {
        var textbook = NodeRoles.Participation(KarateClub.Unweighted, KarateClub.Best);
        var published = NodeRoles.PublishedParticipation(KarateClub.Unweighted, KarateClub.Best);

        Assert.That(textbook.Average(), Is.EqualTo(0.258459).Within(Printed));
        Assert.That(published.Average(), Is.EqualTo(0.323047).Within(Printed));
        Assert.That(textbook.Max(), Is.EqualTo(0.666667).Within(Printed));
        Assert.That(published.Max(), Is.EqualTo(0.888889).Within(Printed));
    }

    [Test]
    public void Participation_WithWeights_EqualsTheFormula()
    {
        Assert.That(NodeRoles.Participation(KarateClub.Weighted, KarateClub.Clubs)[0], Is.EqualTo(0.090703).Within(Printed));
        Assert.That(NodeRoles.Participation(KarateClub.Weighted, KarateClub.Best)[0], Is.EqualTo(0.513605).Within(Printed));
        Assert.That(
            NodeRoles.Participation(KarateClub.Weighted, KarateClub.Best, weighted: false),
            Is.EqualTo(NodeRoles.Participation(KarateClub.Unweighted, KarateClub.Best)));
    }

    [Test]
    public void Participation_OnRandomGraphs_StaysBelowItsBound()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var graph = TestGraphs.Random(50, 0.3, seed, loops: true);
            var partition = Partition.Of(Enumerable.Range(0, 50).Select(node => node % 5));

            Assert.That(NodeRoles.Participation(graph, partition), Is.All.InRange(0, 1 - 1.0 / 5 + 1e-12));
        }
    }

    [Test]
    public void WithinModuleZ_PerCommunity_HasMeanZeroAndDeviationOne()
    {
        var graph = TestGraphs.Random(60, 0.3, seed: 1, loops: true);
        var partition = Partition.Of(Enumerable.Range(0, 60).Select(node => node % 3));
        var z = NodeRoles.WithinModuleZ(graph, partition);

        foreach (var group in partition.Groups())
        {
            Assert.That(group.Average(node => z[node]), Is.EqualTo(0).Within(1e-12));
            Assert.That(group.Average(node => z[node] * z[node]), Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    public void Roles_WithSelfLoop_FollowTheStatedConvention()
    {
        var graph = WeightedGraph.FromEdges(3, [new(0, 0, 3), new(0, 1, 1), new(0, 2, 1)]);
        var partition = Partition.Of("aab");

        Assert.That(NodeRoles.Participation(graph, partition)[0], Is.EqualTo(1 - (49 + 1) / 64.0));                       // 2·3+1, 1 of 8
        Assert.That(NodeRoles.Participation(graph, partition, weighted: false)[0], Is.EqualTo(1 - (9 + 1) / 16.0));       // 2+1, 1 of 4
        Assert.That(NodeRoles.PublishedParticipation(graph, partition)[0], Is.EqualTo(1 - 4 / 16.0));                      // 1+1 of 4
        Assert.That(NodeRoles.WithinModuleZ(graph, partition), Is.EqualTo(new double[] { 1, -1, 0 }));
        Assert.That(NodeRoles.PublishedZ(graph, partition), Is.EqualTo(new double[] { 1, -1, 0 }));
    }

    [Test]
    public void Roles_OfIsolatedOrUniformNodes_AreZero()
    {
        var graph = WeightedGraph.FromEdges(4, [new(0, 1), new(1, 2), new(0, 2)]);
        var partition = Partition.Of("aaab");

        Assert.That(NodeRoles.Participation(graph, partition), Is.All.Zero);
        Assert.That(NodeRoles.PublishedParticipation(graph, partition), Is.All.Zero);
        Assert.That(NodeRoles.WithinModuleZ(graph, partition), Is.All.Zero);
    }
}
