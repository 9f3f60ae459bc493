using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public sealed class SliceSalienceTests
{
    private static readonly float[] _weights = [1, -2, 0.5f, 0, 3, 1];
    private static readonly float[] _gradient = [0.1f, 0.2f, -0.4f, 1, 0.05f, -0.3f];
    private static readonly double[] _squares = [0.02, 0.08, 0.32, 1, 0.005, 0.1];

    // By hand: rows elementwise 0.5, 0.2, 0.45, vector 0.3, 0.2, 0.15; columns 0.45, 0.7 and 0.05, 0.7.
    [TestCase(TaylorForm.First, 0, 0, 3, 1.15)]
    [TestCase(TaylorForm.First, 0, 1, 2, 0.65)]
    [TestCase(TaylorForm.First, 1, 1, 1, 0.7)]
    [TestCase(TaylorForm.Vectorised, 0, 0, 3, 0.65)]
    [TestCase(TaylorForm.Vectorised, 1, 0, 1, 0.05)]
    [TestCase(TaylorForm.Vectorised, 1, 0, 2, 0.75)]
    [TestCase(TaylorForm.Second, 0, 0, 1, 0.34)]
    [TestCase(TaylorForm.Second, 0, 2, 1, 0.145)]
    [TestCase(TaylorForm.Mixed, 0, 0, 3, 0.09 + 0.56 + 0.24 + 0 + 0.1275 + 0.35)]
    public void Sum_IsThatOfRowsAndColumns(TaylorForm form, int dimension, int start, int length, double expected) => Assert.That(
        SliceSalience.Sum(form, _weights, _gradient, _squares, 2, dimension, start, length), Is.EqualTo(expected).Within(1e-6));

    [Test]
    public void Sum_OfALargeMatrix_IsTheSumOfItsScores([Values] TaylorForm form)
    {
        var random = new Random(3);
        const int rows = 70, columns = 45;
        float[] w = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)];
        float[] g = [.. w.Select(_ => random.NextSingle() - 0.5f)];
        double[] f = [.. w.Select(_ => random.NextDouble())];
        var (byRow, byColumn) = TaylorSalience.Scores(form, w, g, f, columns);
        Assert.That(SliceSalience.Sum(form, w, g, f, columns, 0, 3, 60), Is.EqualTo(byRow[3..63].Sum()).Within(1e-4).Percent);
        Assert.That(SliceSalience.Sum(form, w, g, f, columns, 1, 5, 31), Is.EqualTo(byColumn[5..36].Sum()).Within(1e-4).Percent);
    }

    [Test]
    public void Sum_OutsideTheMatrix_IsRefused() => Assert.That(
        () => SliceSalience.Sum(TaylorForm.First, _weights, _gradient, [], 2, 1, 1, 2),
        Throws.ArgumentException.With.Message.EqualTo("Columns 1 to 2 do not lie in a matrix of 3 × 2."));
}
