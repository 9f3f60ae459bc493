using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class NearestTests
{
    [TestCase("lerningrate", "LearningRate")]
    [TestCase("svd", "svf")]
    [TestCase("completely different", null)]
    public void To_WithATypo_FindsTheNearest(string typed, string? expected)
        => Assert.That(Nearest.To(typed, ["LearningRate", "WarmupSteps", "svf", "reset"]), Is.EqualTo(expected));

    // A name of 6 letters may be 3 edits away, one of 2 letters one edit.
    [TestCase("abcxyz", "abcdef")]
    [TestCase("abwxyz", null)]
    [TestCase("abc", "abcdef")]
    [TestCase("ab", null)]
    [TestCase("abcdefghi", "abcdef")]
    [TestCase("xabcdef", "abcdef")]
    [TestCase("bcdef", "abcdef")]
    [TestCase("abdcef", "abcdef")]
    [TestCase("ABCDEF", "abcdef")]
    [TestCase("", null)]
    public void To_OfOneName_AllowsAThirdOfItsLettersAndOne(string typed, string? expected)
        => Assert.That(Nearest.To(typed, ["abcdef"]), Is.EqualTo(expected));

    [Test]
    public void To_OfSeveralNear_TakesTheNearestAndOfEqualsTheFirst()
    {
        Assert.That(Nearest.To("abcd", ["abxy", "abcx", "xbcd"]), Is.EqualTo("abcx"));
        Assert.That(Nearest.To("abcd", ["abcx", "abcd"]), Is.EqualTo("abcd"));
        Assert.That(Nearest.To("abcd", []), Is.Null);
    }
}
