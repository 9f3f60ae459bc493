using MlNetLlm.SelfAdaptation;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.SelfAdaptation;

public sealed class LabelParserTests
{
    private static readonly string[] _labels = ["math", "code", "reasoning", "two-step"];

    [TestCase(@"\boxed{math}", "math")]
    [TestCase(@"The label is $\boxed{ Code }$.", "code")]
    [TestCase(@"\boxed{\text{reasoning}}", "reasoning")]
    [TestCase(@"\boxed{two-step}", "two-step")]
    [TestCase(@"\boxed{code} and later \boxed{math}", "code")]
    [TestCase(@"\boxed{math or code}", "other")]
    [TestCase(@"\boxed{math, math}", "math")]
    [TestCase(@"\boxed{other}", "other")]
    [TestCase(@"\boxed{others}", "other")]
    [TestCase(@"\boxed{mathematics}", "other")]
    [TestCase(@"\boxed{math", "other")]
    [TestCase(@"\boxed{}", "other")]
    [TestCase(@"math", "other")]
    [TestCase(@"\boxed{{{math}}}", "math")]
    [TestCase(@"\boxed{ma\u0000th}", "other")]
    [TestCase("", "other")]
    [TestCase(null, "other")]
    public void Parse_OfABox_TakesTheFirstOneOnly(string? text, string expected) =>
        Assert.That(LabelParser.Parse(text, _labels, LabelFormat.Boxed), Is.EqualTo(expected));

    [TestCase("math", "math")]
    [TestCase("  MATH. Because", "math")]
    [TestCase("\ncode\nmath", "code")]
    [TestCase("the math", "other")]
    [TestCase("math-like", "other")]
    [TestCase("two-step", "two-step")]
    [TestCase("...", "other")]
    [TestCase(null, "other")]
    public void Parse_OfTheFirstWord_TakesNoOther(string? text, string expected) =>
        Assert.That(LabelParser.Parse(text, _labels, LabelFormat.FirstWord), Is.EqualTo(expected));

    [Test]
    public void Parse_OfAnything_GivesALabelAndNoException([Values] LabelFormat format)
    {
        string[] pieces = [@"\boxed{", "}", "{", "math", "code", " ", "\n", "\0", "\ud800", "é", "�", ".", "-", "$", "\\"];
        var random = new RandomStream(1, "garbage");
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var label = LabelParser.Parse(text, _labels, format);
            Assert.That(_labels.Append("other"), Does.Contain(label), text);
            Assert.That(LabelParser.Parse(text, _labels, format), Is.EqualTo(label), "no chance in it");
        }
    }

    [Test]
    public void Parse_WithoutLabels_IsOther() =>
        Assert.That(LabelParser.Parse(@"\boxed{math}", [], LabelFormat.Boxed), Is.EqualTo("other"));
}
