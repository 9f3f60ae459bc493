using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Pipelines.Evaluate;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

public sealed class TextAnswerTests
{
    [TestCase(" True", "True", true)]
    [TestCase("\n\n  true.\nFalse", "True", true)]
    [TestCase("So the answer is: True.", "True", true)]
    [TestCase("not True", "True", false)]
    [TestCase("True False", "True", false)]
    [TestCase("a  b\tc", "a b c", true)]
    [TestCase("} ]", "} ]", true)]
    [TestCase(".", ".", true)]
    [TestCase("", "True", false)]
    [TestCase("\n \n", "True", false)]
    [TestCase("", "", false)]
    public void IsRight_TakesTheFirstLine(string text, string expected, bool right) =>
        Assert.That(TextAnswer.IsRight(text, expected), Is.EqualTo(right));

    [TestCase(" The Panthers.", "panthers", true)]
    [TestCase("308 points!", "308 points", true)]
    [TestCase("An apple a day", "apple day", true)]
    [TestCase("theme", "me", false)]
    [TestCase("the", "a", false)]
    [TestCase("", "x", false)]
    public void IsRightAsSquad_LeavesArticlesAndPunctuationOut(string text, string expected, bool right) =>
        Assert.That(TextAnswer.IsRightAsSquad(text, expected), Is.EqualTo(right));

    [TestCase("gsm8k", "number")]
    [TestCase("mgsm", "number")]
    [TestCase("xquad", "squad")]
    [TestCase("bbh", "text")]
    public void Of_ABenchmark_TakesItsGrader(string benchmark, string expected) =>
        Assert.That(Grader.Of(Benchmark.Find(benchmark)).Name, Is.EqualTo(expected));

    [Test]
    public void Of_ABenchmarkOfCode_SaysThatNoCodeIsRun()
    {
        var error = Assert.Throws<NotSupportedException>(() => Grader.Of(Benchmark.Find("humaneval")));
        Assert.That(error!.Message, Does.Contain("does not run code"));
    }
}
