using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class WeightedGraphTests
{
    [Test]
    public void FromEdges_WithRepeatedEdgesAndLoops_AddsThemUp()
    {
        var graph = WeightedGraph.FromEdges(4, [new(2, 0, 1), new(0, 2, 0.5), new(1, 1, 2), new(1, 1, 1), new(0, 1, 4), new(3, 0, 0)]);

        Assert.That(graph.EdgeCount, Is.EqualTo(3));
        Assert.That(graph.LoopCount, Is.EqualTo(1));
        Assert.That(graph.TotalWeight, Is.EqualTo(8.5));
        Assert.That(graph.Neighbours(0).ToArray(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(graph.Weights(0).ToArray(), Is.EqualTo(new[] { 4, 1.5 }));
        Assert.That(graph.Weight(2, 0), Is.EqualTo(1.5));
        Assert.That(graph.Weight(1, 1), Is.EqualTo(3));
        Assert.That(graph.Weight(0, 3), Is.Zero);
    }

    [Test]
    public void Degree_WithLoops_CountsThemTwice()
    {
        var graph = WeightedGraph.FromDense(new double[,] { { 9, 9, 0 }, { 9, 10, 5 }, { 0, 5, 25 } });       // a hand-made BᵀB

        Assert.That(new[] { 0, 1, 2 }.Select(graph.Degree), Is.EqualTo(new[] { 3, 4, 3 }));
        Assert.That(new[] { 0, 1, 2 }.Select(graph.Strength), Is.EqualTo(new[] { 27, 34, 55 }));
        Assert.That(graph.TotalWeight, Is.EqualTo(58));
        Assert.That(graph.WithoutLoops().Strength(1), Is.EqualTo(14));
    }

    [Test]
    public void ToDense_OfAnyGraph_ReadsBackTheSame()
    {
        var graph = TestGraphs.Random(30, 0.3, seed: 1, loops: true);

        var again = WeightedGraph.FromDense(graph.ToDense());

        Assert.That(again.Edges(), Is.EqualTo(graph.Edges()));
        Assert.That(again.TotalWeight, Is.EqualTo(graph.TotalWeight));
    }

    [Test]
    public void Components_OfSeparateParts_FollowTheEdges()
    {
        var graph = WeightedGraph.FromEdges(6, [new(0, 3), new(3, 5), new(1, 4), new(2, 2)]);

        Assert.That(graph.Components().Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 0 }));
    }

    [TestCase(0, 5, 1.0, "Edge (0, 5) leaves the graph, whose nodes are 0 … 2.")]
    [TestCase(-1, 0, 1.0, "Edge (-1, 0) leaves the graph, whose nodes are 0 … 2.")]
    [TestCase(0, 1, -0.5, "Edge (0, 1) has weight -0.5; weights are finite and not negative.")]
    [TestCase(0, 1, double.NaN, "Edge (0, 1) has weight NaN; weights are finite and not negative.")]
    [TestCase(0, 1, double.PositiveInfinity, "weights are finite and not negative.")]
    public void FromEdges_WithBadEdge_SaysWhich(int source, int target, double weight, string message)
        => Assert.That(
            () => WeightedGraph.FromEdges(3, [new(source, target, weight)]),
            Throws.ArgumentException.With.Message.Contains(message));

    [Test]
    public void FromEdges_WithWeightsThatOverflow_Throws()
        => Assert.That(
            () => WeightedGraph.FromEdges(3, [new(0, 1, double.MaxValue), new(1, 2, double.MaxValue)]),
            Throws.ArgumentException.With.Message.Contains("sum to infinity"));

    [Test]
    public void FromEdges_WithNegativeNodeCount_Throws()
        => Assert.That(() => WeightedGraph.FromEdges(-1, []), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void FromDense_NotSquareOrNotSymmetric_SaysWhere()
    {
        Assert.That(() => WeightedGraph.FromDense(new double[2, 3]), Throws.ArgumentException.With.Message.Contains("2 × 3"));
        Assert.That(
            () => WeightedGraph.FromDense(new double[,] { { 0, 1 }, { 2, 0 } }),
            Throws.ArgumentException.With.Message.Contains("entry (0, 1) is 1 and (1, 0) is 2"));
        Assert.That(() => WeightedGraph.FromDense(new[,] { { double.NaN } }), Throws.ArgumentException.With.Message.Contains("NaN"));
        Assert.That(
            () => WeightedGraph.FromDense(new[,] { { 0, 1 }, { double.NaN, 0 } }),
            Throws.ArgumentException.With.Message.Contains("(1, 0) is NaN"));
    }

    [Test]
    public void FromEdges_WithoutNodes_IsEmpty()
    {
        var graph = WeightedGraph.FromEdges(0, []);

        Assert.That((graph.NodeCount, graph.EdgeCount, graph.TotalWeight), Is.EqualTo((0, 0, 0.0)));
    }
}
