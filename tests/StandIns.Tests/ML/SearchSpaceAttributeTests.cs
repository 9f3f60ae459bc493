using Microsoft.ML.SearchSpace;

namespace StandIns.Tests.ML;

internal sealed class SearchSpaceAttributeTests
{
    [Test]
    public void Range_OfEachNumber_KeepsBoundsAndInit()
    {
        var real = new Microsoft.ML.SearchSpace.RangeAttribute(0.1, 10.0, 1.0, true);
        Assert.That((real.Min, real.Max, real.Init, real.LogBase), Is.EqualTo(((object)0.1, (object)10.0, (object)1.0, true)));
        var whole = new Microsoft.ML.SearchSpace.RangeAttribute(1, 8);
        Assert.That((whole.Min, whole.Max, whole.Init, whole.LogBase), Is.EqualTo(((object)1, (object)8, (object?)null, false)));
        Assert.That(new Microsoft.ML.SearchSpace.RangeAttribute(1f, 2f, 1.5f).Init, Is.EqualTo(1.5f));
    }

    [Test]
    public void Choice_WithCandidates_KeepsThem()
    {
        Assert.That(new ChoiceAttribute("a", "b").Candidates, Is.EqualTo(new object[] { "a", "b" }));
        Assert.That(new ChoiceAttribute(["a", "b"], defaultValue: "b").DefaultValue, Is.EqualTo("b"));
        Assert.That(new BooleanChoiceAttribute(true).DefaultValue, Is.True);
    }
}
