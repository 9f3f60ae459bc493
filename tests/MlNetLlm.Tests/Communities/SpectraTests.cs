using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class SpectraTests
{
    [Test]
    public void Spectra_OfCompleteGraph_EqualTheClosedForms()
    {
        var complete = TestGraphs.Random(6, 1.1, seed: 0);
        var graph = WeightedGraph.FromEdges(6, complete.Edges().Select(edge => edge with { Weight = 2 }));

        Assert.That(Spectra.Adjacency(graph), Is.EqualTo(new double[] { 10, -2, -2, -2, -2, -2 }).Within(1e-10));
        Assert.That(Spectra.Laplacian(graph), Is.EqualTo(new double[] { 0, 12, 12, 12, 12, 12 }).Within(1e-10));
        Assert.That(Spectra.NormalisedLaplacian(graph), Is.EqualTo(new[] { 0, 1.2, 1.2, 1.2, 1.2, 1.2 }).Within(1e-10));
        Assert.That(Spectra.ModularityMatrix(graph), Is.EqualTo(new double[] { 0, -2, -2, -2, -2, -2 }).Within(1e-10));
    }

    [Test]
    public void Spectra_OfKarate_EqualNumPy()
    {
        var graph = KarateClub.Unweighted;

        Assert.That(Spectra.Adjacency(graph)[..2], Is.EqualTo(new[] { 6.72569773, 4.97707423 }).Within(1e-8));
        Assert.That(Spectra.Laplacian(graph)[1..3], Is.EqualTo(new[] { 0.468525227, 0.909247664 }).Within(1e-8));
        Assert.That(Spectra.NormalisedLaplacian(graph)[1..4], Is.EqualTo(new[] { 0.132272329, 0.287048985, 0.387313233 }).Within(1e-8));
        Assert.That(Spectra.NormalisedLaplacian(graph)[^1], Is.EqualTo(1.71461135).Within(1e-8));
        Assert.That(Spectra.ModularityMatrix(graph)[..2], Is.EqualTo(new[] { 4.97708023, 3.04278102 }).Within(1e-8));
    }

    [Test]
    public void Laplacian_WithLoopsAndParts_CountsComponents()
    {
        var graph = WeightedGraph.FromEdges(6, [new(0, 1), new(1, 2, 3), new(3, 4), new(2, 2, 7)]);

        Assert.That(Spectra.Laplacian(graph).Count(value => Math.Abs(value) < 1e-10), Is.EqualTo(graph.Components().Count));
        Assert.That(Spectra.Laplacian(graph), Is.EqualTo(Spectra.Laplacian(graph.WithoutLoops())).Within(1e-10));
        Assert.That(Spectra.NormalisedLaplacian(graph), Is.All.InRange(-1e-10, 2 + 1e-10));
    }

    [Test]
    public void Spectra_OfRandomGraph_SumToTheTrace()
    {
        var graph = TestGraphs.Random(30, 0.4, seed: 2, loops: true);
        var loops = Enumerable.Range(0, 30).Sum(node => 2 * graph.Loop(node));

        Assert.That(Spectra.Adjacency(graph).Sum(), Is.EqualTo(loops).Within(1e-9));
        Assert.That(Spectra.Laplacian(graph).Sum(), Is.EqualTo(2 * graph.TotalWeight - loops).Within(1e-9));
    }

    [Test]
    public void Gram_OfWideMatrix_HasTheRankOfItsRows()
    {
        var matrix = new double[,] { { 3, 3, 0 }, { 0, 1, 5 } };                 // the other Gram matrix is (18, 3; 3, 26)
        var root = Math.Sqrt(16 + 9);

        Assert.That(Spectra.Gram(matrix), Is.EqualTo(new[] { 22 + root, 22 - root, 0 }).Within(1e-10));
        Assert.That(Spectra.Shares(Spectra.Gram(matrix)), Is.EqualTo(new[] { 27 / 44.0, 17 / 44.0, 0 }).Within(1e-10));
    }

    [Test]
    public void WidestGap_OfRingOfCliques_CountsTheCliques()
    {
        Assert.That(Spectra.WidestGap(Spectra.NormalisedLaplacian(TestGraphs.RingOfCliques(4, 8))).Before, Is.EqualTo(4));
        Assert.That(Spectra.WidestGap([5, 4, 1, 0.5, 0]), Is.EqualTo((2, 3.0)));
        Assert.That(Spectra.WidestGap([5, 4, 1, 0.5, 0], most: 1), Is.EqualTo((1, 1.0)));
        Assert.That(Spectra.WidestGap([]), Is.EqualTo((0, 0.0)));
    }
}
