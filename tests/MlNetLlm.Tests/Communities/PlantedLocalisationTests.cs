using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Communities;

/// <summary>What both variants find where localisation is planted: expectations from simulations at miniature size.</summary>
public class PlantedLocalisationTests
{
    private const int Draws = 10;

    private static readonly ConsensusOptions Runs = new() { Runs = 20, Threads = 1 };

    [TestCase(0, 1.06, 0.15, -0.01, 0.05, 0.05, 0.10, 0.233)]
    [TestCase(0.67, 2.00, 0.25, 0.22, 0.12, 0.68, 0.20, 0.247)]
    [TestCase(1.0, 3.18, 0.40, 0.65, 0.20, 1.00, 0.05, 0.338)]
    [TestCase(2.0, 9.55, 1.00, 1.00, 0.03, 1.00, 0.01, 0.648)]
    public void Corrected_OnPlantedLayers_MeasuresAsExpected(
        double step, double f, double withinF, double moduleAri, double withinModule, double skillAri, double withinSkill, double q)
    {
        var (sumF, sumModule, sumSkill, sumQ) = (0.0, 0.0, 0.0, 0.0);
        for (var seed = 0; seed < Draws; seed++)
        {
            var layers = PlantedLayers.Draw(step, seed);
            var networks = ProjectedNetworks.Corrected(layers.Counts, layers.Importance);
            var modules = Consensus.Find(networks.Modules.Graph, Runs).Partition;
            var skills = Consensus.Find(networks.Skills.Graph, Runs).Partition;
            sumF += PseudoF.OfRows(Residuals(layers), layers.Functions);
            sumModule += Agreement.AdjustedRand(modules, PlantedLayers.Areas);
            sumSkill += Agreement.AdjustedRand(skills, PlantedLayers.SkillFunctions);
            sumQ += Modularity.Of(networks.Modules.Graph, modules);
        }

        Assert.That(sumF / Draws, Is.EqualTo(f).Within(withinF));
        Assert.That(sumModule / Draws, Is.EqualTo(moduleAri).Within(withinModule));
        Assert.That(sumSkill / Draws, Is.EqualTo(skillAri).Within(withinSkill));
        Assert.That(sumQ / Draws, Is.EqualTo(q).Within(0.03));
    }

    [TestCase(0, 0, 7)]
    [TestCase(0.33, 10, 36)]
    [TestCase(1.0, 40, 40)]
    public void PseudoF_OnFortyPlantedLayers_HasThePowerExpected(double step, int fewest, int most)
    {
        var significant = Enumerable.Range(0, 40).Count(seed =>
        {
            var layers = PlantedLayers.Draw(step, seed);
            return PseudoF.TestRows(Residuals(layers), layers.Functions, seed, permutations: 199, units: layers.Skills).P <= 0.05;
        });

        Assert.That(significant, Is.InRange(fewest, most));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Published_AtThePaperSize_FindsNothingAndDoesNotRepeat(bool localised)
    {
        const int Pairs = 2;
        var (ownAreas, otherDraw) = (0.0, 0.0);
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (counts, importance) = PaperSize(localised, pair);
            var (first, second) = (Modules(counts, importance, 2 * pair), Modules(counts, importance, 2 * pair + 1));
            ownAreas += Agreement.AdjustedRand(Common(first, first), Areas(first)) / Pairs;
            otherDraw += Agreement.AdjustedRand(Common(first, second), Common(second, first)) / Pairs;
        }

        Assert.That(ownAreas, Is.EqualTo(0).Within(0.1), "1 with the corrected variant");
        Assert.That(otherDraw, Is.EqualTo(0).Within(0.05), "two draws of the sparsifier on the same importances");
    }

    private static double[,] Residuals(PlantedLayers layers) => Scaling.PearsonResiduals(Scaling.RowShares(layers.Importance.Values));

    /// <summary>174 data sets, 52 skills, each needed by half of them, 196 modules that matter alike or only in their own area.</summary>
    private static (NamedMatrix Counts, NamedMatrix Importance) PaperSize(bool localised, int seed)
    {
        var random = new Random(seed);
        var (counts, importance) = (new double[174, 52], new double[174, 196]);
        for (var d = 0; d < 174; d++)
        {
            for (var s = 0; s < 52; s++)
                counts[d, s] = random.Next(2) * random.Next(1, s % 4 == d % 4 ? 100 : 30);
            for (var w = 0; w < 196; w++)
                importance[d, w] = !localised || w % 4 == d % 4 ? 0.95 : 0;
        }

        string[] dataSets = [.. Enumerable.Range(0, 174).Select(d => $"set {d}")];
        return (
            new NamedMatrix(dataSets, [.. Enumerable.Range(0, 52).Select(s => $"skill {s}")], counts),
            new NamedMatrix(dataSets, [.. Enumerable.Range(0, 196).Select(w => $"module {w}")], importance));
    }

    private static Dictionary<string, int> Modules(NamedMatrix counts, NamedMatrix importance, int seed)
    {
        var network = ProjectedNetworks.Published(counts, importance, new RandomStream(seed, "sparsifier")).Modules;
        var found = Consensus.Find(network.Graph, Runs with { Linkage = ConsensusLinkage.PublishedRows }).Partition;
        return network.Names.Index().ToDictionary(pair => pair.Item, pair => found[pair.Index]);
    }

    private static Partition Common(Dictionary<string, int> modules, Dictionary<string, int> other)
        => Partition.Of(modules.Keys.Where(other.ContainsKey).Order().Select(name => modules[name]));

    private static Partition Areas(Dictionary<string, int> modules)
        => Partition.Of(modules.Keys.Order().Select(name => int.Parse(name.Split(' ')[1]) % 4));
}
