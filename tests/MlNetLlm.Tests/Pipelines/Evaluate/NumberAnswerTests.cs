using MlNetLlm.Pipelines.Evaluate;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

public sealed class NumberAnswerTests
{
    [TestCase("She makes 9 * 2 = $18.\n#### 18", "18")]
    [TestCase("#### 1,234,567", "1234567")]
    [TestCase("#### -5 and then 7", "-5")]
    [TestCase("7 apples ####", null)]
    [TestCase("The answer is 42.", "42")]
    [TestCase("2, 3 and 4", "4")]
    [TestCase("it costs $1,000.50!", "1000.5")]
    [TestCase("it costs -$3", "-3")]
    [TestCase("it costs $-3", "-3")]
    [TestCase("3-5", "5")]
    [TestCase("x = -5", "-5")]
    [TestCase("(3)-5", "5")]
    [TestCase("−12", "-12")]
    [TestCase("-0", "0")]
    [TestCase("-0.00", "0")]
    [TestCase("007.500", "7.5")]
    [TestCase(".5", "0.5")]
    [TestCase("-.5", "-0.5")]
    [TestCase("5.", "5")]
    [TestCase("5,", "5")]
    [TestCase("1.2.3", "0.3")]
    [TestCase("50%", "50")]
    [TestCase("٤٢", "42")]
    [TestCase("四", null)]
    [TestCase("", null)]
    [TestCase("no number", null)]
    [TestCase("-", null)]
    [TestCase(",", null)]
    [TestCase(".", null)]
    [TestCase("$", null)]
    [TestCase("#", null)]
    [TestCase("99999999999999999999999999999999999999999", "99999999999999999999999999999999999999999")]
    public void Extract_FindsTheNumberAnAnswerEndsIn(string text, string? expected) =>
        Assert.That(NumberAnswer.Extract(text), Is.EqualTo(expected));

    [TestCase("#### 18.0", "18", true)]
    [TestCase("#### 18,000", "18000", true)]
    [TestCase("18", "-18", false)]
    [TestCase("-18", "-18", true)]
    [TestCase("eighteen", "18", false)]
    [TestCase("", "18", false)]
    [TestCase("181", "18", false)]
    public void IsRight_ComparesValues(string text, string expected, bool right) =>
        Assert.That(NumberAnswer.IsRight(text, expected), Is.EqualTo(right));

    [Test]
    public void Extract_IsDefinedForEveryText()
    {
        var random = new Random(1);
        const string Letters = "0189-−$,.#  x)(%\n٤é\ud83d";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Letters[random.Next(Letters.Length)]));
            var number = NumberAnswer.Extract(text);
            if (number is not null) Assert.That(NumberAnswer.Extract(number), Is.EqualTo(number), text);
        }
    }
}
