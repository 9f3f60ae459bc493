using MlNetLlm.Evaluation;

namespace MlNetLlm.Tests.Evaluation;

public class LinearFitTests
{
    [Test]
    public void Of_AnscombesFirstSet_GivesThePublishedFit()
    {
        // Anscombe (1973): y = 3.0001 + 0.5001 x, standard error of the slope 0.1179, R² = 0.6665, p = 0.00217.
        var fit = LinearFit.Of(
            [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]);
        Assert.That(fit.Count, Is.EqualTo(11));
        Assert.That(fit.Intercept, Is.EqualTo(3.0001).Within(5e-5));
        Assert.That(fit.Slope.Estimate, Is.EqualTo(0.5001).Within(5e-5));
        Assert.That(fit.SlopeError, Is.EqualTo(0.1179).Within(5e-5));
        Assert.That(fit.RSquared.Estimate, Is.EqualTo(0.6665).Within(5e-5));
        Assert.That(fit.PValue, Is.EqualTo(0.00217).Within(5e-6));
        Assert.That(fit.Slope.Upper, Is.EqualTo(fit.Slope.Estimate + 2.262157 * fit.SlopeError).Within(1e-5));     // t(0.975; 9)
    }

    [Test]
    public void Of_ThreePoints_IsWhatTheHandGives()
    {
        // x̄ = 1, ȳ = 4/3, Sxx = 2, Sxy = 2, Syy = 8/3: slope 1, intercept 1/3, R² = 4 / (2 · 8/3) = 3/4, squared residuals 2/3.
        var fit = LinearFit.Of([0, 1, 2], [0, 2, 2]);
        Assert.That(fit.Slope.Estimate, Is.EqualTo(1).Within(1e-12));
        Assert.That(fit.Intercept, Is.EqualTo(1.0 / 3).Within(1e-12));
        Assert.That(fit.RSquared.Estimate, Is.EqualTo(0.75).Within(1e-12));
        Assert.That(fit.SlopeError, Is.EqualTo(Math.Sqrt(2.0 / 3 / 2)).Within(1e-12));
        Assert.That(fit.PValue, Is.EqualTo(1 - 2 / Math.PI * Math.Atan(Math.Sqrt(3))).Within(1e-9));        // t = √3, one degree
        Assert.That((fit.RSquared.Lower, fit.RSquared.Upper), Is.EqualTo((0.0, 1.0)));
    }

    [Test]
    public void RSquared_OfAKnownCorrelation_HasFishersInterval()
    {
        // r = 0.5 exactly, n = 103: artanh 0.5 ± 1.96 / 10 = 0.5493 ± 0.1960.
        var (x, y) = (new double[103], new double[103]);
        for (int i = 0; i < 51; i++) (x[2 * i], x[2 * i + 1]) = (1, -1);
        for (int i = 0; i < 102; i++) y[i] = x[i] + (i % 4 < 2 ? 1 : -1) * Math.Sqrt(3);
        var fit = LinearFit.Of(x, y);
        Assert.That(fit.RSquared.Estimate, Is.EqualTo(0.25).Within(0.01));
        double z = Math.Atanh(Math.Sqrt(fit.RSquared.Estimate));
        Assert.That(fit.RSquared.Lower, Is.EqualTo(Math.Pow(Math.Tanh(z - 0.1959964), 2)).Within(1e-6));
        Assert.That(fit.RSquared.Upper, Is.EqualTo(Math.Pow(Math.Tanh(z + 0.1959964), 2)).Within(1e-6));
    }

    [TestCase(-0.02)]
    [TestCase(0.02)]
    public void RSquared_WhenTheCorrelationMayBeOfEitherSign_StartsAtZero(double slope)
    {
        double[] x = [1, 2, 3, 4, 5, 6], y = [1, -1, 0.5, -0.5, 1.2, -1.1];
        var fit = LinearFit.Of(x, [.. y.Select((value, i) => value + slope * x[i])]);
        Assert.That(fit.RSquared.Lower, Is.Zero);
        Assert.That(fit.RSquared.Upper, Is.GreaterThan(fit.RSquared.Estimate));
        Assert.That(fit.Slope.Contains(0), Is.True);
    }

    [Test]
    public void Slope_OfNoisyLines_IsCoveredAsOftenAsItSays()
    {
        var (random, covered) = (new Random(1), 0);
        double[] x = [.. Enumerable.Range(0, 8).Select(i => (double)i)];
        for (int i = 0; i < 1000; i++)
        {
            var y = x.Select(value => 2 - 0.5 * value + MathNet.Numerics.Distributions.Normal.Sample(random, 0, 3)).ToArray();
            if (LinearFit.Of(x, y).Slope.Contains(-0.5)) covered++;
        }

        Assert.That(covered, Is.EqualTo(950).Within(21));                    // binomial(1000, 0.95): 3 sigma
    }

    [Test]
    public void Of_APerfectLine_HasNoError()
    {
        var fit = LinearFit.Of([1, 2, 3, 4], [3, 5, 7, 9]);
        Assert.That((fit.RSquared.Estimate, fit.SlopeError, fit.PValue), Is.EqualTo((1.0, 0.0, 0.0)));
        Assert.That((fit.RSquared.Lower, fit.RSquared.Upper), Is.EqualTo((1.0, 1.0)));
    }

    [Test]
    public void Of_ConstantY_ExplainsNothing()
    {
        var fit = LinearFit.Of([1, 2, 3, 4], [5, 5, 5, 5]);
        Assert.That((fit.Slope.Estimate, fit.RSquared.Estimate, fit.PValue), Is.EqualTo((0.0, 0.0, 1.0)));
    }

    [Test]
    public void Of_UnusablePoints_SaysWhatItGot()
    {
        Assert.That(() => LinearFit.Of([1, 1, 1], [1, 2, 3]), Throws.ArgumentException.With.Message.Contains("all 3 values of x are 1"));
        Assert.That(() => LinearFit.Of([1, 2], [1, 2]), Throws.ArgumentException.With.Message.Contains("got 2 values"));
        Assert.That(() => LinearFit.Of([1, 2, 3], [1, 2]), Throws.ArgumentException.With.Message.Contains("3 and 2"));
    }
}
