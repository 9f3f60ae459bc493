using MlNetLlm.MultipleChoice;

namespace MlNetLlm.Tests.MultipleChoice;

public sealed class ChoiceMathTests
{
    // log p: −4 and −6. acc takes the first; per character −4 / 2 = −2 and −6 / 6 = −1, so acc_norm takes the second.
    private static readonly double[] _likelihoods = [-4, -6];
    private static readonly string[] _continuations = [" ab", " abcdef"];

    [TestCase(ChoiceNormalization.None, 0)]
    [TestCase(ChoiceNormalization.Characters, 1)]
    [TestCase(ChoiceNormalization.Bytes, 1)]
    public void Best_OfNormalised_DecidesAsTheHarness(ChoiceNormalization normalization, int expected) =>
        Assert.That(ChoiceMath.Best(ChoiceMath.Normalised(_likelihoods, _continuations, normalization)), Is.EqualTo(expected));

    [Test]
    public void Normalised_ByCharacters_LeavesTheSeparatingSpaceOut() =>
        Assert.That(ChoiceMath.Normalised(_likelihoods, _continuations, ChoiceNormalization.Characters), Is.EqualTo(new[] { -2.0, -1.0 }));

    [TestCase(" é", 1, 2)]
    [TestCase(" 😀", 1, 4)]
    [TestCase(" 日本", 2, 6)]
    [TestCase("a b", 3, 3)]
    [TestCase(" a ", 2, 2)]
    [TestCase("", 1, 1)]
    public void Normalised_CountsCodePointsOrBytes(string continuation, int characters, int bytes)
    {
        Assert.That(ChoiceMath.Normalised([-12], [continuation], ChoiceNormalization.Characters)[0], Is.EqualTo(-12.0 / characters));
        Assert.That(ChoiceMath.Normalised([-12], [continuation], ChoiceNormalization.Bytes)[0], Is.EqualTo(-12.0 / bytes));
    }

    [Test]
    public void Probabilities_AreSoftmaxThenZeros()
    {
        var p = ChoiceMath.Probabilities([Math.Log(1), Math.Log(3)], 4);
        Assert.That(p, Is.EqualTo(new[] { 0.25f, 0.75f, 0, 0 }).Within(1e-7f));
    }

    [Test]
    public void Probabilities_OfVeryUnlikelyChoices_StillSumToOne() =>
        Assert.That(ChoiceMath.Probabilities([-5000, -5001, -9000], 3).Sum(), Is.EqualTo(1).Within(1e-6));

    [Test]
    public void Best_OfEquals_IsTheFirst() => Assert.That(ChoiceMath.Best([-2, -1, -1]), Is.EqualTo(1));
}
