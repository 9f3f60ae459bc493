using MlNetLlm.Scoring;

namespace MlNetLlm.Tests.Scoring;

public sealed class LanguageModelMetricsTests
{
    [Test]
    public void From_TwoRows_GivesTheRatiosAndTheirErrors()
    {
        // Σ nll = 9, Σ tokens = 6: r = 1.5. Residuals 4 − 1.5·2 = 1 and 5 − 1.5·4 = −1: SE = √(2/1 · (1 + 1)) / 6 = 1/3.
        var metrics = LanguageModelMetrics.From([new(4, 2, 8), new(5, 4, 10)]);
        Assert.That(metrics.NegativeLogLikelihood, Is.EqualTo(1.5).Within(1e-12));
        Assert.That(metrics.NegativeLogLikelihoodStandardError, Is.EqualTo(1.0 / 3).Within(1e-12));
        Assert.That(metrics.Perplexity, Is.EqualTo(Math.Exp(1.5)).Within(1e-12));
        Assert.That(metrics.PerplexityStandardError, Is.EqualTo(Math.Exp(1.5) / 3).Within(1e-12));
        // Bits a byte: 9 / 18 / ln 2. Residuals 4 − 0.5·8 = 0 and 5 − 0.5·10 = 0.
        Assert.That(metrics.BitsPerByte, Is.EqualTo(0.5 / Math.Log(2)).Within(1e-12));
        Assert.That(metrics.BitsPerByteStandardError, Is.EqualTo(0).Within(1e-12));
        Assert.That((metrics.Rows, metrics.Tokens, metrics.Bytes), Is.EqualTo((2, 6, 18)));
    }

    [Test]
    public void From_ARowWithoutTokens_LeavesItOut() =>
        Assert.That(LanguageModelMetrics.From([new(4, 2, 8), new(0, 0, 0), new(5, 4, 10)]).Rows, Is.EqualTo(2));

    [Test]
    public void From_OneRow_HasNoStandardError() =>
        Assert.That(LanguageModelMetrics.From([new(4, 2, 8)]).PerplexityStandardError, Is.NaN);

    [Test]
    public void From_NothingScored_SaysSo() =>
        Assert.That(Assert.Throws<ArgumentException>(() => LanguageModelMetrics.From([]))!.Message,
            Does.Contain("no row has a scored token"));

    [Test]
    public void From_NaN_IsRefused() =>
        Assert.That(Assert.Throws<ArgumentException>(() => LanguageModelMetrics.From([new(1, 1, 1), new(double.NaN, 2, 8)]))!.Message,
            Does.Contain("row 1"));
}
