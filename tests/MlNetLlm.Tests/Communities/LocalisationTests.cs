using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class LocalisationTests
{
    [Test]
    public void PreferredGroups_OfKnownResiduals_PicksTheHighestMean()
    {
        double[,] residuals = { { 3, 0, 1 }, { 0, 0, 1 }, { 0, 2, 1 }, { 1, 4, 1 }, { 1, 0, 1 } };

        Assert.That(Localisation.PreferredGroups(residuals, Partition.Of("aabbb")), Is.EqualTo(new[] { 0, 1, 0 }));
    }

    [TestCase(2.0, 0, 0.01, 0.2, 0.6)]
    [TestCase(0.0, 0.02, 1, -0.1, 0.2)]
    public void TestModules_OnPlantedLayers_FindsWhatIsThere(double step, double leastP, double mostP, double leastMean, double mostMean)
    {
        var layers = PlantedLayers.Draw(step, seed: 2);
        var residuals = Scaling.PearsonResiduals(Scaling.RowShares(layers.Importance.Values));
        var communities = Louvain.Find(ProjectedNetworks.Corrected(layers.Counts, layers.Importance).Modules.Graph, seed: 1);

        var test = Localisation.TestModules(residuals, layers.Functions, communities, seed: 1, permutations: 199, units: layers.Skills);

        Assert.That(test.P, Is.InRange(leastP, mostP));
        Assert.That(test.NullMean, Is.InRange(leastMean, mostMean), "profiles shared inside communities keep it above 0");
        Assert.That(test, Is.EqualTo(Localisation.TestModules(residuals, layers.Functions, communities, 1, 199, layers.Skills)));
    }

    [TestCase(2.0, 0, 0.05)]
    [TestCase(0.0, 0.06, 1)]
    public void TestSkills_OnPlantedLayers_FindsWhatIsThere(double step, double leastP, double mostP)
    {
        var layers = PlantedLayers.Draw(step, seed: 3);
        var options = new ConsensusOptions { Runs = 5, Threads = 1 };

        var test = Localisation.TestSkills(
            layers.Counts, layers.Importance, PlantedLayers.SkillFunctions, seed: 1, permutations: 39, options);

        Assert.That(test.P, Is.InRange(leastP, mostP));
        Assert.That(test.NullMean, Is.EqualTo(0).Within(0.1));
    }

    [Test]
    public void Tests_OfPartitionsThatDoNotFit_SayWhich()
    {
        Assert.That(
            () => Localisation.TestModules(new double[2, 3], Partition.Whole(2), Partition.Whole(2), 1),
            Throws.ArgumentException.With.Message.EqualTo("The partition covers 2 nodes, the list of modules has 3."));
        Assert.That(
            () => Localisation.TestModules(new double[2, 1], Partition.Of("ab"), Partition.Whole(1), 1, units: Partition.Whole(2)),
            Throws.ArgumentException.With.Message.Contains("stand in two groups"));
    }
}
