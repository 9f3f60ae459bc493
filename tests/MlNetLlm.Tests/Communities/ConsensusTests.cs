using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class ConsensusTests
{
    private static readonly Partition[] Runs = [.. new[] { "aaabbb", "aaabbb", "aabbbb", "aaaabb" }.Select(Partition.Of)];      // hand-made

    [Test]
    public void CoAssignment_OfFourRuns_CountsShares()
    {
        var shares = Consensus.CoAssignment(Runs);

        Assert.That(shares[0, 1], Is.EqualTo(1));
        Assert.That(shares[0, 2], Is.EqualTo(0.75));
        Assert.That(shares[0, 3], Is.EqualTo(0.25));
        Assert.That(shares[2, 3], Is.EqualTo(0.5));
        Assert.That(shares[0, 4], Is.Zero);
        Assert.That(Enumerable.Range(0, 6).Select(i => shares[i, i]), Is.All.EqualTo(1));
    }

    [Test]
    public void CoAssignment_OfManyNodes_EqualsThePlainCount()
    {
        var random = new Random(1);
        var runs = Enumerable.Range(0, 7).Select(_ => Partition.Of(Enumerable.Range(0, 45).Select(_ => random.Next(5)))).ToArray();

        var shares = Consensus.CoAssignment(runs);

        for (var i = 0; i < 45; i++)
        {
            for (var j = 0; j < 45; j++)
                Assert.That(shares[i, j], Is.EqualTo(runs.Count(run => run[i] == run[j]) / 7.0));
        }
    }

    [Test]
    public void Tree_OfFourRuns_MergesAtTheKnownHeights()
        => Assert.That(
            Consensus.Tree(Runs).Merges.Select(merge => merge.Height),
            Is.EqualTo(new[] { 0, 0, 0.25, 0.25, 0.833333 }).Within(1e-6));

    [Test]
    public void PublishedTree_OfFourRuns_JoinsNodesApartBeforeNodesTogether()
    {
        var merges = Consensus.PublishedTree(Runs).Merges;

        Assert.That(
            merges.Select(merge => merge.Height),
            Is.EqualTo(new[] { 1.172604, 1.172604, 1.293409, 1.293409, 1.447392 }).Within(1e-6));
        Assert.That(merges.Take(2).Select(merge => (merge.First, merge.Second)), Does.Contain((0, 2)));
        Assert.That(merges.Take(2).Select(merge => (merge.First, merge.Second)), Does.Not.Contain((0, 1)));
    }

    [Test]
    public void Join_OfFourRuns_CutsIntoTwo()
    {
        Assert.That(Consensus.Join(Runs), Is.EqualTo(Partition.Of("aaabbb")));
        Assert.That(Consensus.Join(Runs, communities: 4).Count, Is.EqualTo(4));
        Assert.That(Consensus.Join(Runs, ConsensusLinkage.PublishedRows).Count, Is.EqualTo(2));
        Assert.That(Consensus.Join(Runs, communities: 6), Is.EqualTo(Partition.Of("aabcdd")), "two pairs stand together in every run");
    }

    [Test]
    public void Join_WithGroupsTogetherInEveryRun_EqualsTheTreeOverNodes()
    {
        var (graph, _) = TestGraphs.Planted(120, 600, 6, 0.4, seed: 2);
        var runs = Consensus.FindRuns(graph, new ConsensusOptions { Runs = 9 });

        foreach (var communities in new[] { 2, 5, 9 })
            Assert.That(Consensus.Join(runs, communities: communities), Is.EqualTo(Consensus.Tree(runs).Cut(communities)));
    }

    [Test]
    public void Join_OfEqualRuns_IsThatPartition()
    {
        Assert.That(Consensus.Join([Runs[0], Runs[0], Runs[0]]), Is.EqualTo(Runs[0]));
        Assert.That(Consensus.Join([Partition.Singletons(4)], ConsensusLinkage.PublishedRows), Is.EqualTo(Partition.Singletons(4)));
        Assert.That(Consensus.Join([Partition.Whole(4)]), Is.EqualTo(Partition.Whole(4)));
        Assert.That(Consensus.Join([Partition.Whole(0)]).NodeCount, Is.Zero);
    }

    [TestCase(CommunityMethod.Louvain)]
    [TestCase(CommunityMethod.Leiden)]
    public void Find_OnPlantedPartition_RecoversIt(CommunityMethod method)
    {
        var (graph, planted) = TestGraphs.Planted(400, 4000, 8, 0.1, seed: 1);

        var found = Consensus.Find(graph, new ConsensusOptions { Method = method, Runs = 20 });

        Assert.That(Agreement.NormalisedMutualInformation(found.Partition, planted), Is.GreaterThanOrEqualTo(0.95));
        Assert.That(found.MeanAdjustedRand, Is.GreaterThan(0.9));
        Assert.That(found.Counts, Has.Count.EqualTo(20));
    }

    [Test]
    public void Find_WithOneOrMoreThreads_GivesTheSame()
    {
        var graph = TestGraphs.Random(60, 0.2, seed: 8);
        var options = new ConsensusOptions { Runs = 12, Seed = 4 };

        var one = Consensus.Find(graph, options with { Threads = 1 });
        var four = Consensus.Find(graph, options with { Threads = 4 });

        Assert.That(four.Runs, Is.EqualTo(one.Runs));
        Assert.That(four.Partition, Is.EqualTo(one.Partition));
        Assert.That(one.Runs[3], Is.EqualTo(Louvain.Find(graph, seed: 7)));
    }

    [Test]
    public void Validated_WithSeveralFaults_ListsAll()
    {
        var options = new ConsensusOptions { Runs = 0, Resolution = -1, Communities = -2, Threads = -1, Method = (CommunityMethod)9 };

        Assert.That(() => options.Validated(), Throws.ArgumentException.With.Message.EqualTo(
            "ConsensusOptions: Method is 9; expected Louvain, Leiden. Runs is 0; expected 1 or more. "
            + "Resolution is -1; expected a finite number of 0 or more. "
            + "Communities is -2; expected 0 (taken from the runs) or more. Threads is -1; expected 0 (all processors) or more."));
    }

    [Test]
    public void Join_WithoutRunsOrOfDifferentNodes_Throws()
    {
        Assert.That(() => Consensus.Join([]), Throws.ArgumentException.With.Message.Contains("at least one partition"));
        Assert.That(
            () => Consensus.Join([Partition.Whole(3), Partition.Whole(2)]),
            Throws.ArgumentException.With.Message.Contains("covers 2 nodes"));
    }
}
