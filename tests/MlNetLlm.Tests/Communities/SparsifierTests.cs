using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Communities;

public class SparsifierTests
{
    private static readonly double[,] Modules = { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 3 }, { 0, 1, 2 } };       // hand-made: sets × modules

    [TestCase(2, 3, 2.0 / 3)]
    [TestCase(4, 5, 0.4)]
    [TestCase(3, 7, 9.0 / 21)]
    public void Between_OnCompleteBipartiteGraph_EqualsTheClosedForm(int rows, int columns, double expected)
    {
        var weights = new double[rows, columns];
        for (var i = 0; i < rows * columns; i++)
            weights[i / columns, i % columns] = 1;

        var resistances = EffectiveResistance.Between(Sparsifier.Bipartite(weights));

        Assert.That(resistances[0, rows], Is.EqualTo(expected).Within(1e-12));
        Assert.That(resistances[rows - 1, rows + columns - 1], Is.EqualTo(expected).Within(1e-12));
    }

    [Test]
    public void Between_OnTriangleAndPath_EqualsCircuitRules()
    {
        var triangle = EffectiveResistance.Between(WeightedGraph.FromEdges(3, [new(0, 1), new(0, 2), new(1, 2), new(1, 1, 5)]));
        var path = EffectiveResistance.Between(WeightedGraph.FromEdges(5, [new(0, 1, 2), new(1, 2, 4), new(3, 3, 1)]));

        Assert.That(triangle[0, 2], Is.EqualTo(2.0 / 3).Within(1e-12));
        Assert.That(path[0, 2], Is.EqualTo(0.75).Within(1e-12));
        Assert.That(path[0, 3], Is.EqualTo(double.PositiveInfinity));
        Assert.That(path[3, 3], Is.Zero);
    }

    [Test]
    public void Between_OnAHandMadeNetwork_EqualsTheHandCalculation()
    {
        var graph = Sparsifier.Bipartite(Modules);
        var resistances = EffectiveResistance.Between(graph);

        (int Set, int Module, double Expected)[] known =
            [(1, 1, 0.416667), (1, 2, 0.666667), (2, 1, 0.666667), (2, 2, 0.416667), (3, 3, 0.333333), (4, 2, 1), (4, 3, 0.5)];
        foreach (var (set, module, expected) in known)
            Assert.That(resistances[set - 1, 3 + module], Is.EqualTo(expected).Within(1e-6), $"set {set}, module {module}");
        Assert.That(graph.Edges().Sum(edge => edge.Weight * resistances[edge.Source, edge.Target]), Is.EqualTo(6).Within(1e-12));
    }

    [Test]
    public void Between_WithSmallRidge_IsClose()
    {
        var graph = TestGraphs.Random(40, 0.3, seed: 1);
        var (exact, ridged) = (EffectiveResistance.Between(graph), EffectiveResistance.Between(graph, 1e-5));

        for (var i = 0; i < 40; i++)
            Assert.That(ridged[0, i], Is.EqualTo(exact[0, i]).Within(1e-4));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Between_OnRandomGraph_ObeysFoster(int seed)
    {
        var graph = TestGraphs.Random(50, 0.06, seed);
        var resistances = EffectiveResistance.Between(graph);

        Assert.That(
            graph.Edges().Sum(edge => edge.Weight * resistances[edge.Source, edge.Target]),
            Is.EqualTo(50 - graph.Components().Count).Within(1e-9));
    }

    [Test]
    public void Chances_OnAHandMadeNetwork_EqualTheHandCalculation()
    {
        var chances = Sparsifier.Chances(Sparsifier.Bipartite(Modules), new SparsifierOptions { Alpha = 0.05, Ridge = 0 });

        Assert.That(chances.Single(c => (c.Edge.Source, c.Edge.Target) == (0, 4)).Chance, Is.EqualTo(0.125).Within(1e-12));
        Assert.That(chances.Single(c => (c.Edge.Source, c.Edge.Target) == (3, 5)).Chance, Is.EqualTo(0.35).Within(1e-12));
    }

    [TestCase(true, 0.234375, 0.5775)]
    [TestCase(false, 0.125, 0.35)]
    public void Sample_ManyTimes_KeepsEdgesAsOftenAsItShould(bool twice, double first, double second)
    {
        const int Draws = 4_000;
        var options = new SparsifierOptions { Alpha = 0.05, Ridge = 0, DrawTwice = twice };
        var (random, keptFirst, keptSecond) = (new RandomStream(1, "test"), 0, 0);
        var graph = Sparsifier.Bipartite(Modules);
        for (var draw = 0; draw < Draws; draw++)
        {
            var sample = Sparsifier.Sample(graph, random, options);
            keptFirst += sample.Weight(0, 4) > 0 ? 1 : 0;
            keptSecond += sample.Weight(3, 5) > 0 ? 1 : 0;
        }

        Assert.That((double)keptFirst / Draws, Is.EqualTo(first).Within(4 * Math.Sqrt(first * (1 - first) / Draws)));
        Assert.That((double)keptSecond / Draws, Is.EqualTo(second).Within(4 * Math.Sqrt(second * (1 - second) / Draws)));
    }

    [Test]
    public void Sample_OfConstantMatrix_WeighsAsPublished()
    {
        var weights = new double[174, 112];
        for (var i = 0; i < 174 * 112; i++)
            weights[i / 112, i % 112] = 0.95;

        var sample = Sparsifier.Sample(weights, new RandomStream(3, "test")).Cast<double>().Where(weight => weight > 0).ToArray();

        // The released network has 1,679 edges; from constant importance ≈ 1,596 of weight 22.71 are expected.
        Assert.That(sample, Has.Length.EqualTo(1596).Within(120));
        Assert.That(sample, Is.All.EqualTo(22.71).Within(0.01));
    }

    [Test]
    public void Sample_WithSameSeed_GivesTheSame()
        => Assert.That(
            Sparsifier.Sample(Modules, new RandomStream(5, "test")),
            Is.EqualTo(Sparsifier.Sample(Modules, new RandomStream(5, "test"))));

    [Test]
    public void Validated_WithSeveralFaults_ListsAll()
        => Assert.That(
            () => new SparsifierOptions { Alpha = 0, Ridge = -1, MinimumWeight = double.NaN }.Validated(),
            Throws.ArgumentException.With.Message.EqualTo(
                "SparsifierOptions: Alpha is 0; expected a finite number above 0. Ridge is -1; expected a finite number of 0 or more. "
                + "MinimumWeight is NaN; expected a finite number of 0 or more."));
}
