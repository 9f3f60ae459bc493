using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

/// <summary>Sizes of pruned models as the logs of the released runs print them (Bhandari, Chen and Gao 2025).</summary>
public class PruningArithmeticTests
{
    private static readonly PruningArithmetic Llama = PruningArithmetic.Llama7B;

    [Test]
    public void Parameters_OfLlama7B_EqualThePublishedCounts()
    {
        Assert.That(Llama.Parameters, Is.EqualTo(6_738_415_616));
        Assert.That(Llama.AfterBlock(0.035, prunedLayers: 28), Is.EqualTo(6_546_886_656));
        Assert.That(Llama.AfterBlock(0.15, prunedLayers: 28), Is.EqualTo(5_935_140_864));
        Assert.That(Llama.AfterChannel(0.035), Is.EqualTo(6_501_518_192));
        Assert.That(Llama.AfterBlock(0, prunedLayers: 28), Is.EqualTo(Llama.Parameters));
    }

    [TestCase(0.20, 0.8125, 0.79996)]
    [TestCase(0.25, 0.75, 0.75)]
    public void BlockRetained_IsOneNumberForAttentionAndOneForTheMlp(double ratio, double attention, double feedForward)
    {
        var (a, f) = Llama.BlockRetained(ratio);

        Assert.That(a, Is.EqualTo(attention));
        Assert.That(f, Is.EqualTo(feedForward).Within(5e-6));
    }

    [TestCase(0.035)]
    [TestCase(0.15)]
    [TestCase(0.30)]
    [TestCase(0.35)]
    [TestCase(0.40)]
    public void BlockRetained_AtTheOtherRatios_IsLargerForAttention(double ratio)
        => Assert.That(Llama.BlockRetained(ratio).Attention, Is.GreaterThan(Llama.BlockRetained(ratio).FeedForward));

    [TestCase(-0.1)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Removed_AtBadRatio_Throws(double ratio)
        => Assert.That(() => PruningArithmetic.Removed(10, ratio), Throws.ArgumentException.With.Message.Contains("0 ≤ ratio < 1"));
}
