using MlNetLlm.Pipelines.ConceptMixing;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class EndpointsTests
{
    [Test]
    public void Difference_PairsSeeds_AndLeavesOutWhatOneArmLacks()
    {
        var study = PlantedRun.Study(PlantedRun.Smoke.Studies[0], (arm, seed) => arm == "A5" ? 3.9 + 0.01 * seed : 4);
        var shorter = study with { Runs = [.. study.Runs.Where(run => run.Arm != "A1" || run.Seed != 3)] };
        var part = Endpoints.Difference(shorter, "nats", "A5", "A1", run => run.Loss);
        Assert.That(part.Values.Keys, Is.EquivalentTo(new[] { 1, 2, 4, 5 }));
        Assert.That(part.Values[4], Is.EqualTo(-0.06).Within(1e-12));
        Assert.That(part.What, Is.EqualTo("nats, A5 less A1"));
    }

    [Test]
    public void Saving_IsOfTokens_AndSmallerInFlops()
    {
        // From 6 at 0 in a straight line: 3 after 1,000 tokens; the baseline's 4 is reached after two thirds of them.
        var run = PlantedRun.Of((arm, _) => arm == "A5" ? 3 : 4);
        var (tokens, flops) = (Known("token-saving", run), Known("flop-saving", run));
        Assert.That(tokens.Parts[0].Values.Values, Is.All.EqualTo(1 - 2 / 3.0).Within(1e-9));
        Assert.That(flops.Parts[0].Values.Values, Is.All.EqualTo(1 - 1.5 * 2 / 3.0).Within(1e-9), "a token costs half as much again");
    }

    [Test]
    public void WeakToStrong_OfAStudentNoBetterThanItsTeacher_IsNotTestable()
    {
        Assert.That(Known("weak-to-strong", PlantedRun.Of((_, _) => 4, teacherLoss: 4.04)).Missing, Does.Contain("not 0.05 below"));
        Assert.That(Known("weak-to-strong", PlantedRun.Of((_, _) => 4, teacherLoss: 4.06)).Missing, Is.Null);
    }

    [Test]
    public void Prediction_ComparesWithTheFrequenciesOfLabels()
    {
        var values = Known("prediction", PlantedRun.Of((_, _) => 4)).Parts[0].Values;
        Assert.That(values[2], Is.EqualTo(1.02 - (Math.Log(50) - Math.Log(4))).Within(1e-12));
    }

    [Test]
    public void Components_AllowALittleForEachAlone()
    {
        var parts = Known("both-components", PlantedRun.Of((arm, _) => arm switch { "A5" => 3.8, "A0" => 4, _ => 4.005 })).Parts;
        Assert.That(parts, Has.Count.EqualTo(4));
        Assert.That(parts.Select(part => part.Values[1]), Is.All.Negative);
        parts = Known("both-components", PlantedRun.Of((arm, _) => arm switch { "A5" => 3.8, "A0" => 4, _ => 4.02 })).Parts;
        Assert.That(parts.Select(part => part.Values[1] < 0), Is.EqualTo(new[] { true, true, false, false }));
    }

    [Test]
    public void Steering_TakesConceptsAsUnits_AndTheMeanOverStudents()
    {
        var steering = PlantedSteering.Of(concepts: 6, students: 2, own: 0.9, random: 0.2);
        var endpoint = Known("steering", PlantedRun.Of((_, _) => 4, steering: steering));
        Assert.That(endpoint.Unit, Is.EqualTo("concept"));
        Assert.That(endpoint.Parts[0].Values, Has.Count.EqualTo(6));
        Assert.That(endpoint.Parts[0].Values.Values, Is.All.EqualTo(0.7).Within(1e-12));
        Assert.That(Known("steering", PlantedRun.Of((_, _) => 4)).Missing, Does.Contain("steers nothing"));
    }

    private static Endpoint Known(string name, ConceptRun run) =>
        Endpoints.Known[name](run, name == "weak-to-strong" ? run.Study("weak")! : run.Studies[0]);
}
