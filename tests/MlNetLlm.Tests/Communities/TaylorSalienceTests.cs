using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

/// <summary>The salience formulas of structured pruning (Ma, Fang and Wang 2023) on numbers worked out by hand.</summary>
public class TaylorSalienceTests
{
    /// <summary>Inputs are single precision.</summary>
    private const double Single = 1e-6;

    private static readonly float[] Weights = [1, -2, 0.5f, 0, 3, 1];
    private static readonly float[] Gradient = [0.1f, 0.2f, -0.4f, 1, 0.05f, -0.3f];

    [Test]
    public void Scores_FirstOrder_EqualTheHandCalculation()
    {
        var (rows, columns) = TaylorSalience.Scores(TaylorForm.First, Weights, Gradient, [], 2);

        Assert.That(rows, Is.EqualTo(new[] { 0.5, 0.2, 0.45 }).Within(Single));
        Assert.That(columns, Is.EqualTo(new[] { 0.45, 0.7 }).Within(Single));
    }

    [Test]
    public void Scores_Vectorised_EqualTheHandCalculation()
    {
        var (rows, columns) = TaylorSalience.Scores(TaylorForm.Vectorised, Weights, Gradient, [], 2);

        Assert.That(rows, Is.EqualTo(new[] { 0.3, 0.2, 0.15 }).Within(Single));
        Assert.That(columns, Is.EqualTo(new[] { 0.05, 0.7 }).Within(Single));
    }

    [Test]
    public void Scores_SecondOrderAndMixed_EqualTheHandCalculation()
    {
        float[] first = [0.2f, 0, 0, 1, 0.1f, -0.2f], second = [0, 0.4f, -0.8f, 1, 0, -0.4f];
        var squares = new double[6];
        TaylorSalience.AddSquares(first, squares);
        TaylorSalience.AddSquares(second, squares);
        var mean = Array.ConvertAll(squares, sum => sum / 2);

        Assert.That(
            TaylorSalience.Scores(TaylorForm.Second, Weights, [], mean, 2).Rows,
            Is.EqualTo(new[] { 0.34, 0.08, 0.145 }).Within(Single));
        Assert.That(
            TaylorSalience.Scores(TaylorForm.Mixed, Weights, Gradient, mean, 2).Rows,
            Is.EqualTo(new[] { 0.65, 0.24, 0.4775 }).Within(Single));
    }

    [Test]
    public void Scores_OfBadShapes_SayWhatWasExpected()
    {
        Assert.That(
            () => TaylorSalience.Scores(TaylorForm.Mixed, Weights, Gradient, [1], 2),
            Throws.ArgumentException.With.Message.Contains("6 gradients and 1 mean squares"));
        Assert.That(() => TaylorSalience.Scores(TaylorForm.First, Weights, Gradient, [], 4), Throws.ArgumentException);
        Assert.That(() => TaylorSalience.AddSquares(Gradient, new double[5]), Throws.ArgumentException);
    }
}
