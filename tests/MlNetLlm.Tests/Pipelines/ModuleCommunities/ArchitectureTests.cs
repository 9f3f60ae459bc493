using MlNetLlm.Communities;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class ArchitectureTests
{
    [TestCase(0.6, 0.7, 1.0, 0.01, nameof(Architecture.StrongLocalisation))]
    [TestCase(0.6, 0.5, 1.0, 0.01, nameof(Architecture.Unclassified))]
    [TestCase(0.3, 0.1, 1.6, 0.01, nameof(Architecture.SmallWorld))]
    [TestCase(0.1, 0.3, 1.6, 0.01, nameof(Architecture.SmallWorld))]
    [TestCase(0.3, 0.1, 1.2, 0.01, nameof(Architecture.Unclassified))]
    [TestCase(0.1, 0.2, 1.6, 0.05, nameof(Architecture.WeakLocalisation))]
    [TestCase(0.9, 0.9, 1.6, 0.06, nameof(Architecture.NoneDetected))]
    public void Class_FollowsTheRule(double lambda, double selectivity, double smallWorld, double p, string expected) => Assert.That(
        new ArchitectureMeasures(lambda, selectivity, smallWorld, p, 0.1).Class.ToString(), Is.EqualTo(expected));

    [Test]
    public void Class_WithManyConnectorsOrNoIndex_IsNoSmallWorld()
    {
        var measures = new ArchitectureMeasures(0.3, 0.3, 1.6, 0.01, 0.5);
        Assert.That(measures.Class, Is.EqualTo(Architecture.Unclassified));
        Assert.That((measures with { Connectors = 0, SmallWorld = null }).Class, Is.EqualTo(Architecture.Unclassified));
    }

    [Test]
    public void OfWeak_IsBelowOne_JustWhereTheClassIsWeak()
    {
        Assert.That(new ArchitectureMeasures(0.075, 0.2, null, 0.01, 0).OfWeak, Is.EqualTo(0.8).Within(1e-12));
        Assert.That(new ArchitectureMeasures(0.3, 0.2, null, 0.01, 0).OfWeak, Is.EqualTo(2).Within(1e-12));
        Assert.That(new ArchitectureMeasures(0, 0, null, 0.2, 0).OfWeak, Is.EqualTo(2), "nothing is detected");
    }

    [Test]
    public void LambdaOf_IsZeroAtTheNullAndOneAtThePositiveControl()
    {
        Assert.That(ArchitectureMeasures.LambdaOf(new PermutationTest(1.1, 0.4, 1.1, 0.1, 99), 9), Is.Zero);
        Assert.That(ArchitectureMeasures.LambdaOf(new PermutationTest(9, 0.01, 1, 0.1, 99), 9), Is.EqualTo(1));
        Assert.That(ArchitectureMeasures.LambdaOf(new PermutationTest(3, 0.01, 1, 0.1, 99), 9), Is.EqualTo(0.25));
    }
}
