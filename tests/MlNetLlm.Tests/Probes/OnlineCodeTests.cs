using MlNetLlm.Probes;

namespace MlNetLlm.Tests.Probes;

public class OnlineCodeTests
{
    [Test]
    public void BlockEnds_OfAHundredThousandRows_AreThePapersShares()
        => Assert.That(
            OnlineCode.BlockEnds(100_000),
            Is.EqualTo(new[] { 100, 200, 400, 800, 1600, 3200, 6250, 12500, 25000, 50000, 100000 }));

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(999)]
    public void BlockEnds_OfFewRows_LeavesOutEmptyBlocks(int rows)
    {
        var ends = OnlineCode.BlockEnds(rows);
        Assert.That(ends, Is.Ordered.And.Unique.And.All.InRange(1, rows));
        Assert.That(ends[^1], Is.EqualTo(rows));
    }

    [Test]
    public void Of_TwoBlocks_AddsTheUniformFirstAndTheProbesSecond()
    {
        // 4 classes: 10 labels at 2 bits, then 30 at a total of 15 bits; uniform 80 bits.
        var code = OnlineCode.Of(4, [10, 40], [15]);
        Assert.That(code, Is.EqualTo(new OnlineCode(35, 80)));
        Assert.That(code.Compression, Is.EqualTo(80.0 / 35));
    }

    [Test]
    public void BlockBits_OfKnownProbabilities_IsTheirLogarithms()
    {
        // -log₂ of 1/2, 1/4 and 1/8: 6 bits.
        float[] probabilities = [0.5f, 0.5f, 0, 0, 0.25f, 0.25f, 0.25f, 0.25f, 0.5f, 0.25f, 0.125f, 0.125f];
        Assert.That(OnlineCode.BlockBits(probabilities, [1, 3, 2]), Is.EqualTo(6).Within(1e-4));
    }

    [Test]
    public void BlockBits_OfALabelHeldImpossible_IsDearButFinite()
        => Assert.That(OnlineCode.BlockBits([1, 0], [1]), Is.EqualTo(-Math.Log2(OnlineCode.Smoothing / 2)).Within(1e-9));

    [Test]
    public void Of_ProbesThatSayNothing_CompressesNothing()
    {
        var ends = OnlineCode.BlockEnds(1000);
        var bits = new double[ends.Length - 1];
        for (int b = 1; b < ends.Length; b++)
        {
            int rows = ends[b] - ends[b - 1];
            bits[b - 1] = OnlineCode.BlockBits(Enumerable.Repeat(0.25f, 4 * rows).ToArray(), new int[rows]);
        }

        Assert.That(OnlineCode.Of(4, ends, bits).Compression, Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void PriorBits_OfFourLabels_IsLaplacesRuleByHand()
    {
        // 0: 1/2, 0: 2/3, 1: 1/4, 0: 3/5; the product is 1/20.
        Assert.That(OnlineCode.PriorBits([0, 0, 1, 0], 2), Is.EqualTo(Math.Log2(20)).Within(1e-12));
    }

    [Test]
    public void PriorBits_OfManyLabels_ApproachesTheirEntropy()
    {
        var labels = Enumerable.Range(0, 10_000).Select(i => i % 10 == 0 ? 1 : 0).ToArray();
        double entropy = -0.1 * Math.Log2(0.1) - 0.9 * Math.Log2(0.9);
        Assert.That(OnlineCode.PriorBits(labels, 2) / labels.Length, Is.EqualTo(entropy).Within(0.002));
    }

    [Test]
    public void OnlineCode_OfUnusableInput_SaysWhatItGot()
    {
        Assert.That(() => OnlineCode.BlockEnds(10, [50, 20, 100]), Throws.ArgumentException.With.Message.Contains("50, 20, 100"));
        Assert.That(() => OnlineCode.BlockEnds(10, [50]), Throws.ArgumentException.With.Message.Contains("to 100"));
        Assert.That(() => OnlineCode.Of(4, [10, 40], []), Throws.ArgumentException.With.Message.Contains("not 0 costs"));
        Assert.That(() => OnlineCode.BlockBits([1, 0, 1], [0, 1]), Throws.ArgumentException.With.Message.Contains("3 probabilities"));
        Assert.That(() => OnlineCode.BlockBits([float.NaN, 0], [0]), Throws.ArgumentException.With.Message.Contains("NaN"));
        Assert.That(() => OnlineCode.BlockBits([1, 0], [2]), Throws.ArgumentException.With.Message.Contains("label 2"));
    }
}
