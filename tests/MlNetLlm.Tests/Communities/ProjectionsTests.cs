using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Communities;

public class ProjectionsTests
{
    // By hand: data sets × modules.
    private static readonly double[,] Importance = { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 3 }, { 0, 1, 2 } };
    private static readonly double[,] Skills = { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 } };                      // skill A = sets 1, 2

    [Test]
    public void Projections_OfHandMadeLayers_EqualTheHandCalculation()
    {
        var b = Projections.SkillsByModules(Skills, Importance);

        Assert.That(b, Is.EqualTo(new double[,] { { 3, 3, 0 }, { 0, 1, 5 } }));
        Assert.That(Projections.RowGraph(b).ToDense(), Is.EqualTo(new double[,] { { 18, 3 }, { 3, 26 } }));
        Assert.That(Projections.ColumnGraph(b).ToDense(), Is.EqualTo(new double[,] { { 9, 9, 0 }, { 9, 10, 5 }, { 0, 5, 25 } }));
    }

    [Test]
    public void MinMaxColumns_WithFlatColumn_GivesZerosAndSaysSo()
    {
        var scaled = Scaling.MinMaxColumns(new double[,] { { 2, 7, 0 }, { 4, 7, 5 }, { 3, 7, 10 } }, out var flat);

        Assert.That(scaled, Is.EqualTo(new[,] { { 0, 0, 0 }, { 1, 0, 0.5 }, { 0.5, 0, 1 } }));
        Assert.That(flat, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void PearsonResiduals_OfIndependentTable_AreZero()
    {
        var residuals = Scaling.PearsonResiduals(new double[,] { { 1, 2, 0 }, { 3, 6, 0 } });

        Assert.That(residuals.Cast<double>(), Is.All.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void PearsonResiduals_OfKnownTable_EqualTheFormula()
    {
        var residuals = Scaling.PearsonResiduals(new double[,] { { 3, 1 }, { 1, 3 } });

        var unit = 1 / Math.Sqrt(2);
        Assert.That(residuals, Is.EqualTo(new[,] { { unit, -unit }, { -unit, unit } }).Within(1e-12));
        Assert.That(Scaling.RowShares(new double[,] { { 3, 1 }, { 0, 0 } }), Is.EqualTo(new[,] { { 0.75, 0.25 }, { 0, 0 } }));
    }

    [Test]
    public void Correlations_OfRows_EqualPearson()
    {
        var correlations = Projections.Correlations(new double[,] { { 1, 2, 3 }, { 2, 4, 6.5 }, { 3, 2, 1 }, { 5, 5, 5 } });

        Assert.That(correlations[0, 0], Is.EqualTo(1).Within(1e-12));
        Assert.That(correlations[0, 1], Is.EqualTo(0.997948).Within(1e-6));
        Assert.That(correlations[0, 2], Is.EqualTo(-1).Within(1e-12));
        Assert.That(correlations[0, 3], Is.Zero);
        Assert.That(correlations[3, 3], Is.Zero);
    }

    [Test]
    public void RowCorrelations_KeepsPositiveOnesWithoutLoops()
    {
        var graph = Projections.RowCorrelations(new double[,] { { 1, 2, 3 }, { 2, 4, 6 }, { 3, 2, 1 } });

        Assert.That(graph.Edges().Select(edge => (edge.Source, edge.Target)), Is.EqualTo(new[] { (0, 1) }));
        Assert.That(graph.LoopCount, Is.Zero);
    }

    [Test]
    public void Scaling_OfNaNOrNegative_SaysWhere()
    {
        Assert.That(() => Scaling.RowShares(new[,] { { 1, double.NaN } }), Throws.ArgumentException.With.Message.Contains("Entry (0, 1)"));
        Assert.That(() => Scaling.PearsonResiduals(new double[,] { { 1, -1 } }), Throws.ArgumentException.With.Message.Contains("is -1"));
        Assert.That(
            () => Projections.SkillsByModules(new double[2, 1], new double[3, 1]),
            Throws.ArgumentException.With.Message.Contains("2 data sets"));
    }

    [Test]
    public void WithoutIsolated_KeepsNamesAndLoops()
    {
        var graph = new NamedGraph(["a", "b", "c", "d"], WeightedGraph.FromEdges(4, [new(1, 3, 2), new(2, 2, 5)]));

        var kept = graph.WithoutIsolated();

        Assert.That(kept.Names, Is.EqualTo(new[] { "b", "c", "d" }));
        Assert.That(kept.Graph.Edges(), Is.EqualTo(new WeightedEdge[] { new(0, 2, 2), new(1, 1, 5) }));
    }

    [Test]
    public void PublishedImportance_OfEqualFractions_IsZeroAndFlat()
    {
        var retained = new NamedMatrix(["d", "e"], ["q", "k", "up"], new[,] { { 0.8125, 0.8125, 0.79996 }, { 0.75, 0.75, 0.75 } });

        var importance = ProjectedNetworks.PublishedImportance(retained, [0.5, 0.6], [0.4, 0.6], out var flat);

        Assert.That(importance.Values, Is.EqualTo(new[,] { { 0.9, 0.9, 0 }, { 0, 0, 0 } }).Within(1e-12));
        Assert.That(flat, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Published_WithSameSeed_GivesTheSameNetworks()
    {
        var layers = PlantedLayers.Draw(step: 0, seed: 1);

        var networks = ProjectedNetworks.Published(layers.Counts, layers.Importance, new RandomStream(1, "sparsifier"));
        var again = ProjectedNetworks.Published(layers.Counts, layers.Importance, new RandomStream(1, "sparsifier"));
        var other = ProjectedNetworks.Published(layers.Counts, layers.Importance, new RandomStream(2, "sparsifier"));

        Assert.That(again.Modules.Graph.Edges(), Is.EqualTo(networks.Modules.Graph.Edges()));
        Assert.That(other.Modules.Graph.Edges(), Is.Not.EqualTo(networks.Modules.Graph.Edges()));
        Assert.That(networks.Modules.Graph.LoopCount, Is.EqualTo(networks.Modules.Names.Count), "every module left has its self-loop");
    }

    [Test]
    public void Networks_OfDifferentDataSets_SayWhich()
    {
        var counts = new NamedMatrix(["a", "b"], ["s"], new double[2, 1]);
        var importance = new NamedMatrix(["a", "c"], ["m"], new double[2, 1]);

        Assert.That(
            () => ProjectedNetworks.Corrected(counts, importance),
            Throws.ArgumentException.With.Message.Contains("row 1 is 'b' and 'c'"));
    }
}
