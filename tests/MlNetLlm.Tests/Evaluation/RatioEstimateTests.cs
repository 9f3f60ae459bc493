using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class RatioEstimateTests
{
    [Test]
    public void OfSums_WithDenominatorsOfOne_IsTheMeanAndItsError()
    {
        var ratio = RatioEstimate.OfSums([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]);
        Assert.That(ratio.Value, Is.EqualTo(3).Within(1e-12));
        Assert.That(ratio.StandardError, Is.EqualTo(Math.Sqrt(0.5)).Within(1e-12));
    }

    [Test]
    public void OfSums_OfThreeUnits_IsWhatTheHandGives()
    {
        // R = 6/12; residuals 1 - 1, 3 - 2, 2 - 3 = 0, 1, -1; SE = √(2 / 6) / 4.
        var ratio = RatioEstimate.OfSums([1, 3, 2], [2, 4, 6]);
        Assert.That(ratio.Value, Is.EqualTo(0.5).Within(1e-12));
        Assert.That(ratio.StandardError, Is.EqualTo(Math.Sqrt(1.0 / 3) / 4).Within(1e-12));
    }

    [Test]
    public void OfSums_OfManyUnits_HasTheErrorThatTheBootstrapFinds()
    {
        var random = new Random(1);
        var denominators = Enumerable.Range(0, 300).Select(_ => 1.0 + random.Next(9)).ToArray();
        var numerators = denominators.Select(d => d * (0.6 + 0.3 * (random.NextDouble() - 0.5))).ToArray();
        var interval = Bootstrap.Ratio(
            numerators, denominators, new Random(2), new() { Samples = 5000, Method = BootstrapMethod.Percentile });
        double error = RatioEstimate.OfSums(numerators, denominators).StandardError;
        Assert.That((interval.Upper - interval.Lower) / (2 * 1.96), Is.EqualTo(error).Within(0.05 * error));
    }

    [Test]
    public void Of_TwoEstimates_AddsTheirRelativeErrors()
    {
        // 10 ± 1 over 5 ± 0.25: relative errors 0.1 and 0.05.
        var ratio = RatioEstimate.Of(10, 1, 5, 0.25);
        Assert.That(ratio.Value, Is.EqualTo(2).Within(1e-12));
        Assert.That(ratio.StandardError, Is.EqualTo(2 * Math.Sqrt(0.01 + 0.0025)).Within(1e-12));
        Assert.That(RatioEstimate.Of(-10, 1, 5, 0.25).StandardError, Is.EqualTo(ratio.StandardError).Within(1e-12));
    }

    [Test]
    public void Of_EstimatesThatMoveTogether_HasNoErrorLeft()
        => Assert.That(RatioEstimate.Of(10, 1, 5, 0.5, covariance: 0.5).StandardError, Is.Zero.Within(1e-9));

    [Test]
    public void Of_TwoEstimates_HasTheErrorOfASimulation()
    {
        var random = new Random(3);
        var ratios = Enumerable.Range(0, 20_000).Select(_ =>
            MathNet.Numerics.Distributions.Normal.Sample(random, 3, 0.1) / MathNet.Numerics.Distributions.Normal.Sample(random, 2, 0.05));
        Assert.That(MathNet.Numerics.Statistics.Statistics.StandardDeviation(ratios),
            Is.EqualTo(RatioEstimate.Of(3, 0.1, 2, 0.05).StandardError).Within(0.03 * 0.0625));
    }

    [Test]
    public void Ratios_OfUnusableInput_SayWhatTheyGot()
    {
        Assert.That(() => RatioEstimate.OfSums([1, 2], [1, -1]), Throws.ArgumentException.With.Message.Contains("-1 for unit 1"));
        Assert.That(() => RatioEstimate.Of(1, 1, 0, 1), Throws.ArgumentException.With.Message.Contains("must not be 0"));
        Assert.That(() => RatioEstimate.Of(1, double.NaN, 1, 1), Throws.ArgumentException.With.Message.Contains("NaN"));
    }
}
