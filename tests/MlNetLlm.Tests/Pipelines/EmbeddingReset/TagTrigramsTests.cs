using Microsoft.ML;
using MlNetLlm.Pipelines.EmbeddingReset;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class TagTrigramsTests
{
    [Test]
    public void Of_CountsBordersOfSentences()
    {
        var shares = Shares(["NOUN", "VERB"], ["NOUN"]);
        Assert.That(shares, Is.EquivalentTo(new Dictionary<string, double>
        {
            [" NOUN VERB"] = 1.0 / 3, ["NOUN VERB "] = 1.0 / 3, [" NOUN "] = 1.0 / 3,
        }));
    }

    [Test]
    public void JensenShannon_IsZeroForEqual_AndOneBitForDisjoint()
    {
        var (a, b) = (Shares(["NOUN", "VERB"]), Shares(["VERB", "NOUN"]));
        Assert.That(TagTrigrams.JensenShannon(a, a), Is.Zero);
        Assert.That(TagTrigrams.JensenShannon(a, b), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void JensenShannon_OfAHandWorkedPair()
    {
        // p = (1, 0), q = (1/2, 1/2), m = (3/4, 1/4): ½ log₂(4/3) + ½ (½ log₂(2/3) + ½ log₂ 2).
        var p = new Dictionary<string, double> { ["a"] = 1 };
        var q = new Dictionary<string, double> { ["a"] = 0.5, ["b"] = 0.5 };
        var expected = Math.Log2(4.0 / 3) / 2 + (Math.Log2(2.0 / 3) / 2 + 0.5) / 2;
        Assert.That(TagTrigrams.JensenShannon(p, q), Is.EqualTo(expected).Within(1e-12));
        Assert.That(TagTrigrams.JensenShannon(q, p), Is.EqualTo(expected).Within(1e-12));
    }

    private static IReadOnlyDictionary<string, double> Shares(params string[][] sentences) => TagTrigrams.Of(
        new MLContext().Data.LoadFromEnumerable(sentences.Select(tags => new Sentence { Upos = tags })));

    private sealed class Sentence
    {
        public string[] Upos { get; set; } = [];
    }
}
