using MlNetLlm.Pipelines.EmbeddingReset;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class EndpointsTests
{
    // Standard: 0.4 + 0.1 budget + 0.05 update - 0.02 distance. Forgetting adds seed · (0.01, 0.03, -0.05)[update] in distant languages.
    private static readonly double[] _gains = [0.01, 0.03, -0.05];

    private static readonly SectionResult Section = PlantedSection.Of(3, new Dictionary<string, PlantedSection.Formula>
    {
        ["B0"] = Standard,
        ["AF"] = (seed, distance, budget, update) =>
            Standard(seed, distance, budget, update) + seed * (distance >= 2 ? _gains[update] : 0.2),
        ["B9"] = (_, _, _, _) => 0.32,
    }, firstLanguageGap: -0.02);

    [Test]
    public void EarlyGain_IsTheGainAtATenthOfTheUpdates_InDistantLanguages() => Check("early-gain", seed => 0.03 * seed);

    [Test]
    public void FinalGain_IsTheGainAtTheEnd_InDistantLanguages() => Check("final-gain", seed => -0.05 * seed);

    [Test]
    public void ShareOfFinal_IsTheMeanScoreOverTheMeanScoreAtTheEnd()
    {
        // Standard: 0.4 + 0.1 (the mean budget) - 0.02 * 2 (the mean distance) + 0.05 an update.
        var shares = Endpoints.ShareOfFinal(Section, "B0", 10);
        Assert.That(shares.Keys, Is.EquivalentTo(new[] { 1, 2, 3 }));
        Assert.That(shares.Values, Is.All.EqualTo(0.51 / 0.56).Within(1e-12));
        Assert.That(Endpoints.ShareOfFinal(Section, "B0", 100).Values, Is.All.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void CurveGain_IsTheMeanOverLogUpdates()
    {
        var (early, late) = (Math.Log(10.0 / 4), Math.Log(100.0 / 10));
        var mean = (early * (0.01 + 0.03) / 2 + late * (0.03 - 0.05) / 2) / (early + late);
        Check("curve-gain", seed => mean * seed);
    }

    [Test]
    public void FirstLanguage_IsTheDifferenceOfTheBodies() => Check("first-language", _ => -0.02);

    [Test]
    public void DataNeed_IsStandardsLossFromTheLargestToTheSmallestCell() => Check("data-need", _ => 0.2);

    [Test]
    public void AboveRandomBody_TakesTheHigherOfRandomBodyAndFloor()
    {
        // Mean distance 2: 0.4 + 0.2 + 0.1 - 0.04 = 0.66; the random body's 0.32 is above the floor, 0.3.
        Check("above-random-body", _ => 0.66 - 0.32);
    }

    [Test]
    public void WordsAndBody_TakesTheBetterOfShuffledRowsAndRandomBody() => Check("words-and-body", _ => 0.66 - 0.35);

    [Test]
    public void Ceiling_IsTheGainInTheNearestLanguageWithMostText() => Check("ceiling", seed => 0.2 * seed);

    [Test]
    public void DistanceSlope_IsTheLeastSquaresSlopeOfTheEarlyGain()
    {
        // Gains 0.2 s, 0.03 s, 0.03 s at distances 0, 2, 4: slope = Σ (x - 2)(y - ȳ) / 8 = (-2 · 0.2 + 2 · 0.03) s / 8.
        Check("distance-slope", seed => (-2 * 0.2 + 2 * 0.03) * seed / 8);
    }

    [Test]
    public void DomainGain_WithoutAnotherDomain_HasNoSeed() =>
        Assert.That(Endpoints.Known["domain-gain"](Section).Values, Is.Empty);

    [Test]
    public void Recovery_ComparesTheFirstThirdOfTheEpisodesWithTheLast()
    {
        // The first episode does not count; one that never recovers counts 50.
        var section = Section with
        {
            Bodies =
            [
                PlantedSection.Body("AF", 1, 0.9, null, 40, null, 30, 20, 20, 10),
                PlantedSection.Body("AF", 2, 0.9, null, 9, 9, 9, 9),
            ],
        };
        Assert.That(Endpoints.Known["recovery"](section).Values,
            Is.EquivalentTo(new Dictionary<int, double> { [1] = (40 + 50) / 2.0 - (20 + 10) / 2.0, [2] = 0 }));
    }

    [TestCase(100, new[] { 4, 10, 100 }, 10)]
    [TestCase(100, new[] { 4, 30, 100 }, 4)]
    [TestCase(100, new[] { 20, 100 }, 20)]
    public void EarlyUpdate_IsTheLastWithinATenth_OrTheFirst(int updates, int[] scoreAfter, int expected) => Assert.That(
        Endpoints.EarlyUpdate(new RelearningOptions { Updates = updates, ScoreAfter = scoreAfter }), Is.EqualTo(expected));

    [Test]
    public void IsDistant_OfRealLanguages_IsTheUpperHalfOfTheDistances()
    {
        var section = Section with { Options = Section.Options with { Source = SectionSource.Treebanks } };
        Assert.That(section.Cells.Where(cell => Endpoints.IsDistant(section, cell)).Select(cell => cell.Distance).Distinct(),
            Is.EquivalentTo(new[] { 2.0, 4.0 }));
    }

    private static double Standard(int seed, int distance, int budget, int update) => 0.4 + 0.1 * budget + 0.05 * update - 0.02 * distance;

    private static void Check(string endpoint, Func<int, double> expected)
    {
        var values = Endpoints.Known[endpoint](Section).Values;
        Assert.That(values.Keys, Is.EquivalentTo(new[] { 1, 2, 3 }));
        foreach (var (seed, value) in values) Assert.That(value, Is.EqualTo(expected(seed)).Within(1e-12), $"seed {seed}");
    }
}
