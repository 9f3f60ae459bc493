using MlNetLlm.Rewards;

namespace MlNetLlm.Tests.Rewards;

public sealed class NumericAnswerRewardTests
{
    [TestCase("The answer is 42.", "42")]
    [TestCase("7 + 5 = 12", "12")]
    [TestCase("1,000", "1000")]
    [TestCase("it is $1,234,567.50 in all", "1234567.5")]
    [TestCase("-7", "-7")]
    [TestCase("−7", "-7")]
    [TestCase("+7", "7")]
    [TestCase("-$3", "-3")]
    [TestCase("= -0", "0")]
    [TestCase("007", "7")]
    [TestCase("7.50", "7.5")]
    [TestCase(".5", "0.5")]
    [TestCase("-.5", "-0.5")]
    [TestCase("18 dollars", "18")]
    [TestCase("5%", "5")]
    [TestCase("so:5.", "5")]
    [TestCase("The end.5", "5")]
    [TestCase("first 3, then 4", "4")]
    [TestCase("99999999999999999999999999999999999999", "99999999999999999999999999999999999999")]
    public void IsRight_OfANumberWrittenDifferently_IsTrue(string answer, string reference) =>
        Assert.That(new NumericAnswerReward().IsRight("", answer, reference), Is.True);

    [TestCase("", "7")]
    [TestCase("seven", "7")]
    [TestCase("2,000", "1,000", Description = "the last run of digits is the same")]
    [TestCase("2,000", "0")]
    [TestCase("7", "-7", Description = "signs count")]
    [TestCase("-7", "7")]
    [TestCase("7 + 5", "5", Description = "an unfinished sum")]
    [TestCase("7 - 5", "5")]
    [TestCase("7 -5", "-5")]
    [TestCase("7-5", "5")]
    [TestCase("7-5", "-5")]
    [TestCase("7*5", "5")]
    [TestCase("3/4", "4")]
    [TestCase("(3)4", "4")]
    [TestCase("3,4", "4", Description = "neither a number nor a list")]
    [TestCase("1,00", "0")]
    [TestCase("1,0000", "10000")]
    [TestCase("0,001", "1")]
    [TestCase("1.2.3", "3")]
    [TestCase("1.2.3", "1.2")]
    [TestCase("x5", "5")]
    [TestCase("_5", "5")]
    [TestCase("1e5", "5")]
    [TestCase("1e5", "1")]
    [TestCase("٤", "4")]
    [TestCase("the answer is 7 (not 8)", "7", Description = "the last number decides")]
    public void IsRight_OfWhatDoesNotSayTheNumber_IsFalse(string answer, string reference) =>
        Assert.That(new NumericAnswerReward().IsRight("", answer, reference), Is.False);

    [TestCase("3 and 4 make 7\n#### 7", true)]
    [TestCase("#### 8 #### 7", true, Description = "the last marker counts")]
    [TestCase("7", false, Description = "no marker")]
    [TestCase("7 ####", false, Description = "nothing behind it")]
    [TestCase("#### 7 ####", false)]
    public void IsRight_WithAMarker_ReadsWhatStandsBehindTheLast(string answer, bool expected) =>
        Assert.That(new NumericAnswerReward { Marker = "####" }.IsRight("", answer, "2 + 5 = <<2+5=7>>\n#### 7"), Is.EqualTo(expected));

    [Test]
    public void FaultOf_AReferenceWithoutANumber_NamesIt()
    {
        Assert.That(new NumericAnswerReward().FaultOf("none"), Is.EqualTo("'none' does not end with a number"));
        Assert.That(new NumericAnswerReward { Marker = "####" }.FaultOf("12"), Is.Null);
    }
}
