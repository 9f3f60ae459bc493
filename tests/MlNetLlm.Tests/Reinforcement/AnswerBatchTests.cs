using MlNetLlm.Data;
using MlNetLlm.Reinforcement;
using MlNetLlm.Tests.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Reinforcement;

public sealed class AnswerBatchTests
{
    private const long No = TokenBatch.Ignored;

    private static readonly Rollout[] _rollouts =
    [
        new([0, 5, 6], [7, 8, 1], HasEnded: true, "ab"),
        new([0], [9, 9], HasEnded: false, "cc"),
        new([0, 5], [1], HasEnded: true, ""),
    ];

    [Test]
    public void Of_ThreeAnswers_CountsTheirOwnIdsAlone()
    {
        using var batch = AnswerBatch.Of(_rollouts, learnEndToken: true);
        Assert.That(batch.Tokens.data<long>().ToArray(), Is.EqualTo(new long[] { 0, 5, 6, 7, 8, 0, 9, 0, 0, 0, 0, 5, 0, 0, 0 }));
        Assert.That(batch.Targets.data<long>().ToArray(),
            Is.EqualTo(new[] { No, No, 7, 8, 1, 9, 9, No, No, No, No, 1, No, No, No }));
    }

    [Test]
    public void Of_WithoutTheEndToken_CountsNoEnd()
    {
        using var batch = AnswerBatch.Of(_rollouts, learnEndToken: false);
        Assert.That(batch.Targets.data<long>().ToArray(),
            Is.EqualTo(new[] { No, No, 7, 8, No, 9, 9, No, No, No, No, No, No, No, No }));
    }

    [Test]
    public void Of_AnAnswerThatIsOnlyAnEnd_NeedsNoPlaceBehindThePrompt()
    {
        using var batch = AnswerBatch.Of([new([4], [1], HasEnded: true, "")], learnEndToken: true);
        Assert.That((batch.Tokens.item<long>(), batch.Targets.item<long>()), Is.EqualTo((4L, 1L)));
    }

    [TestCase(1, new[] { 1, 1, 1 })]
    [TestCase(5, new[] { 1, 2 })]
    [TestCase(9, new[] { 1, 2 })]
    [TestCase(10, new[] { 2, 1 })]
    [TestCase(100, new[] { 3 })]
    public void Groups_OfAnswers_HoldAsManyTokensAsAllowed(int tokens, int[] sizes)
    {
        var groups = AnswerBatch.Groups(_rollouts, tokens).ToList();
        Assert.That(groups.Select(group => group.Count), Is.EqualTo(sizes));
        Assert.That(groups.SelectMany(group => group), Is.EqualTo(new[] { 0, 1, 2 }), "5, 2 and 2 places");
    }

    [Test]
    public void Of_AnswersOfDifferentLengths_HaveTheHiddenStatesTheyHaveAlone()
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var model = ToyModels.Create(ToyModels.Llama);
        var together = AnswerBatch.Of(_rollouts, learnEndToken: true);
        var hidden = model.Hidden(together.Tokens);
        for (var row = 0; row < _rollouts.Length; row++)
        {
            var alone = AnswerBatch.Of([_rollouts[row]], learnEndToken: true);
            var expected = model.Hidden(alone.Tokens)[0];
            Assert.That(ToyModels.LargestDifference(hidden[row].narrow(0, 0, expected.shape[0]), expected), Is.LessThan(1e-5));
        }
    }
}
