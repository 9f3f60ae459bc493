using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Runs;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class ResetVerdictsTests
{
    // Differences that look like noise: both signs, mean close to 0.
    private static readonly double[] _noise = [0.02, -0.03, 0.01, -0.02, 0.03, -0.01, 0.015, -0.018];

    [Test]
    public void Judge_OfAPlantedGain_IsReproduced() => Assert.That(Primary(0.1).Verdict, Is.EqualTo(Verdict.Reproduced));

    [Test]
    public void Judge_OfNoGain_IsInconclusive() => Assert.That(Primary(0).Verdict, Is.EqualTo(Verdict.Inconclusive));

    [Test]
    public void Judge_OfALoss_IsNotReproduced() => Assert.That(Primary(-0.1).Verdict, Is.EqualTo(Verdict.NotReproduced));

    [Test]
    public void Judge_OfOneSeed_IsNotTestable()
    {
        var claim = Judge(0.1, 1, "early-gain").Single();
        Assert.That((claim.Verdict, claim.Estimate), Is.EqualTo((Verdict.NotTestableHere, (double?)null)));
        Assert.That(claim.Measured, Does.Contain("1 seed"));
    }

    [Test]
    public void Judge_GivesTheMeanOverSeeds_AndEverySeedsValue()
    {
        var claim = Primary(0.1);
        Assert.That(claim.Estimate, Is.EqualTo(0.1 + _noise.Average()).Within(1e-12));
        Assert.That(claim.Ci95![0], Is.GreaterThan(0.08));
        Assert.That(claim.Seeds, Is.EqualTo(8));
        Assert.That(claim.Measured, Does.Contain("+0.120, +0.070, +0.110").And.Contain("p = 0.0039"));
    }

    [Test]
    public void Judge_CorrectsAllButThePrimary_ForTheirNumber()
    {
        // Five signs of five: p = 1/32 alone, but 3/32 as one of three.
        var claims = Judge(0.1, 5, "early-gain", "final-gain", "curve-gain", "early-gain");
        Assert.That(claims[0].Verdict, Is.EqualTo(Verdict.Reproduced));
        Assert.That(claims[0].Measured, Does.Contain("p = 0.031"));
        foreach (var claim in claims.Skip(1))
        {
            Assert.That(claim.Verdict, Is.EqualTo(Verdict.Inconclusive));
            Assert.That(claim.Measured, Does.Contain("p = 0.094"));
        }
    }

    private static RunClaim Primary(double gain) => Judge(gain, 8, "early-gain").Single();

    private static IReadOnlyList<RunClaim> Judge(double gain, int seeds, params string[] endpoints)
    {
        var section = PlantedSection.Of(seeds, new Dictionary<string, PlantedSection.Formula>
        {
            ["B0"] = (_, _, _, _) => 0.5,
            ["AF"] = (seed, _, _, _) => 0.5 + gain + _noise[seed - 1],
        });
        var options = new ResetExperimentOptions
        {
            Sections = [section.Options],
            Primary = "reset.0",
            BootstrapResamples = 2000,
            Claims = [.. endpoints.Select((endpoint, i) => new ResetClaimOptions(
                $"reset.{i}", "planted", "planted", "main", endpoint, new ClaimRule(ClaimDirection.Above)))],
        };
        return ResetVerdicts.Judge(options.Validated(), [section], seed: 1);
    }
}
