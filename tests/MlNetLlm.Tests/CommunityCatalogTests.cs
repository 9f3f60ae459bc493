using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.CommunityTuning;
using MlNetLlm.Importance;
using MlNetLlm.Tests.Communities;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Importance;
using MlNetLlm.Training;

namespace MlNetLlm.Tests;

/// <summary>That <c>ml.Communities()</c> leads from importances to a fine-tuned community, and gives what the types behind it give.</summary>
public sealed class CommunityCatalogTests
{
    private readonly MLContext _ml = new(1);

    /// <summary>The catalogue's example, on a toy.</summary>
    [Test]
    public void Example_LeadsFromQuestionsToATunedCommunity()
    {
        using var model = Toy.Model();
        var measured = _ml.LanguageModels().ModuleImportance(model)
            .Fit(ImportanceToys.View(ImportanceToys.Rows(4, 7, "one", "two", "three", "four")));
        var skills = new NamedMatrix(measured.Matrix.Rows, ["reading", "counting"], new double[,] { { 3, 1 }, { 1, 3 }, { 2, 1 }, { 0, 2 } });

        var modules = _ml.Communities().Networks(skills, measured.Matrix).Modules;
        var found = _ml.Communities().Find(modules.Graph, new ConsensusOptions { Runs = 5 }).Partition;
        string[] community = [.. modules.Names.Where((_, node) => found[node] == 0)];
        var options = new CommunityTuningOptions { Community = community, MaxSteps = 2, BatchSize = 4, SequenceLength = 12 };
        var tuned = _ml.Communities().FineTuneCommunity(model, options).Fit(Toy.Rows(_ml));
        using var changed = tuned.Model;

        Assert.That(community, Has.Length.InRange(1, 13), "some of the fourteen matrices, not all");
        Assert.That(tuned.Learned.Changes.Where(change => change.Norm > 0).Select(change => change.Module), Is.EquivalentTo(community));
        string[] labels = [.. found.Labels.ToArray().Select(label => $"{label}")];
        var metrics = _ml.Clustering.Evaluate(
            _ml.Communities().Clusters(measured, found, labels), ModuleClusters.Label, ModuleClusters.Score, ImportanceColumns.Features);
        Assert.That(metrics.NormalizedMutualInformation, Is.EqualTo(1).Within(1e-9));
    }

    [Test]
    public void Members_OnPlantedLayers_GiveWhatTheTypesBehindThemGive()
    {
        var (communities, layers) = (_ml.Communities(), PlantedLayers.Draw(step: 2, seed: 3));
        var (counts, importance) = (layers.Counts, layers.Importance);
        var residuals = Scaling.PearsonResiduals(Scaling.RowShares(importance.Values));
        var options = new ConsensusOptions { Runs = 5, Seed = 2 };

        var network = communities.Networks(counts, importance).Modules;
        Assert.That(network.Graph.Edges(), Is.EqualTo(ProjectedNetworks.Corrected(counts, importance).Modules.Graph.Edges()));
        Assert.That(
            communities.PublishedNetworks(counts, importance, new RandomStream(1, "draw")).Modules.Graph.Edges(),
            Is.EqualTo(ProjectedNetworks.Published(counts, importance, new RandomStream(1, "draw")).Modules.Graph.Edges()));
        var found = communities.Find(network.Graph, options);
        Assert.That(found.Runs, Has.Count.EqualTo(5).And.EqualTo(Consensus.Find(network.Graph, options).Runs));
        Assert.That(communities.Agreement(found.Partition, found.Partition), Is.EqualTo(1));
        Assert.That(communities.Agreement(found.Partition, Partition.Whole(found.Partition.NodeCount)), Is.EqualTo(
            Agreement.AdjustedRand(found.Partition, Partition.Whole(found.Partition.NodeCount))));
        Assert.That(
            communities.TestModules(residuals, layers.Functions, found.Partition, seed: 4, permutations: 19, units: layers.Skills),
            Is.EqualTo(Localisation.TestModules(residuals, layers.Functions, found.Partition, 4, 19, layers.Skills)));
        Assert.That(
            communities.TestSkills(counts, importance, PlantedLayers.SkillFunctions, seed: 4, permutations: 9, options),
            Is.EqualTo(Localisation.TestSkills(counts, importance, PlantedLayers.SkillFunctions, 4, 9, options)));
    }
}
