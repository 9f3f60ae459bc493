using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class ConceptVerdictsTests
{
    // Concepts are below both, above both, below one alone, or within the noise.
    [TestCase(3.9, 4, 4, Verdict.Reproduced)]
    [TestCase(4.1, 4, 4, Verdict.NotReproduced)]
    [TestCase(3.9, 4, 3.8, Verdict.NotReproduced)]
    [TestCase(4, 4, 4, Verdict.Inconclusive)]
    public void Judge_OfSeveralParts_NeedsAllOfThem(double concepts, double plain, double distilled, Verdict expected)
    {
        var claim = Judge("concepts.6", PlantedRun.Of((arm, seed) => Noise(arm, seed) + arm switch
        {
            "A5" => concepts, "A1" => plain, "A2" => distilled, _ => 4,
        }));
        Assert.That(claim.Verdict, Is.EqualTo(expected));
        Assert.That(claim.Seeds, Is.EqualTo(5));
        Assert.That(claim.Measured, Does.Contain("A5 less A1").And.Contain("A5 less A2").And.Contain("after Holm over"));
        Assert.That(claim.Estimate, Is.EqualTo(Math.Max(concepts - plain, concepts - distilled)).Within(0.01), "the part furthest off");
    }

    [Test]
    public void Judge_WhereAGateFails_SaysSoOfEveryGatedClaimOfThatTeacher()
    {
        var claims = ConceptVerdicts.Judge(PlantedRun.Of((arm, seed) => Noise(arm, seed) + 4, varianceUnexplained: 0.4, teacherLoss: 5));
        var main = claims.Single(claim => claim.Id == "concepts.6");
        Assert.That(main.Verdict, Is.EqualTo(Verdict.NotTestableHere));
        Assert.That(main.Measured, Does.Contain("failed 1 gate: variance unexplained is 0.4, at most 0.25 needed"));
        Assert.That(claims.Single(claim => claim.Id == "concepts.8").Verdict, Is.EqualTo(Verdict.Inconclusive), "another teacher");
    }

    [Test]
    public void Judge_OfOneSeed_IsNotTestable()
    {
        var run = PlantedRun.Of((_, _) => 4);
        var single = run with { Studies = [.. run.Studies.Select(s => s with { Runs = [.. s.Runs.Where(r => r.Seed == 1)] })] };
        var claim = Judge("concepts.9", single);
        Assert.That(claim.Verdict, Is.EqualTo(Verdict.NotTestableHere));
        Assert.That(claim.Measured, Does.Contain("1 seed of this run has it; two or more are needed"));
    }

    [Test]
    public void Judge_OfAStudyThatTheRunHasNot_SaysSo()
    {
        var run = PlantedRun.Of((_, _) => 4);
        var claim = Judge("concepts.8", run with { Studies = [run.Studies[0]] });
        Assert.That((claim.Verdict, claim.Measured), Is.EqualTo((Verdict.NotTestableHere, "the run has no study 'weak'")));
    }

    [TestCase(0.9, 0.1, Verdict.Reproduced)]
    [TestCase(0.1, 0.9, Verdict.NotReproduced)]
    public void Judge_OfSteering_ComparesWithItsNulls(double own, double random, Verdict expected)
    {
        var run = PlantedRun.Of((_, _) => 4, steering: PlantedSteering.Of(8, 1, own, random));
        Assert.That(Judge("concepts.10", run).Verdict, Is.EqualTo(expected));
        Assert.That(Judge("concepts.10", run).Seeds, Is.EqualTo(1), "concepts of one student");
    }

    [Test]
    public void NeededSeeds_IsThePowerFormula() =>
        Assert.That(ConceptVerdicts.NeededSeeds([0.01, 0.03], 0.024), Is.EqualTo(2.8 * 2.8 * 2e-4 / (0.024 * 0.024)).Within(1e-9));

    private static double Noise(string arm, int seed) => 0.001 * ((seed * 7 + arm.Sum(c => c)) % 5 - 2);

    private static RunClaim Judge(string id, ConceptRun run) => ConceptVerdicts.Judge(run).Single(claim => claim.Id == id);
}
