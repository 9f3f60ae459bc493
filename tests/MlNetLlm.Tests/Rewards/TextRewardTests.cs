using MlNetLlm.Rewards;

namespace MlNetLlm.Tests.Rewards;

public sealed class TextRewardTests
{
    [TestCase("B", true)]
    [TestCase("(B)", true)]
    [TestCase("B.", true)]
    [TestCase("The answer is B", true)]
    [TestCase("B, yes, B", true)]
    [TestCase("A or B", false, Description = "a choice must be made")]
    [TestCase("BB", false)]
    [TestCase("Bob", false)]
    [TestCase("b", false)]
    [TestCase("A", false)]
    [TestCase("", false)]
    [TestCase("none of these", false)]
    [TestCase("E", false)]
    public void ChoiceLetter_IsTheOneChoiceNamed(string answer, bool expected) =>
        Assert.That(new ChoiceLetterReward().IsRight("", answer, "B"), Is.EqualTo(expected));

    [Test]
    public void ChoiceLetter_OfUnreadableAnswers_NeverPaysWhateverIsRight([Values("A", "B", "C", "D")] string reference)
    {
        string[] unreadable = ["", " ", "?", "abcd", "ABCD", "A B", "A/C", "the letter", "\0", "1", "AA", "Answer"];
        Assert.That(unreadable.Where(answer => new ChoiceLetterReward().IsRight("", answer, reference)), Is.Empty);
    }

    [Test]
    public void ChoiceLetter_WithOtherLettersAndAMarker_ReadsThose()
    {
        var reward = new ChoiceLetterReward { Letters = "1234", Marker = "answer:" };
        Assert.That(reward.IsRight("", "3 or 4? answer: 4", "4"), Is.True);
        Assert.That(reward.IsRight("", "4", "4"), Is.False);
        Assert.That(reward.FaultOf("5"), Is.EqualTo("'5' does not name exactly one of the choices 1234"));
    }

    [TestCase(" math\n", "math", false, true)]
    [TestCase("Math", "math", false, false)]
    [TestCase("Math", "math", true, true)]
    [TestCase("math code", "math", false, false)]
    [TestCase("", "", false, false)]
    [TestCase(" ", "  ", false, false)]
    public void ExactAnswer_ComparesTrimmedText(string answer, string reference, bool ignoreCase, bool expected) =>
        Assert.That(new ExactAnswerReward { IgnoreCase = ignoreCase }.IsRight("", answer, reference), Is.EqualTo(expected));

    [TestCase("twice 4", true)]
    [TestCase("twice 5", false)]
    [TestCase("half 4", false, Description = "no program")]
    [TestCase("throw", false)]
    [TestCase("null", false)]
    public void Program_IsRightByItsResult(string answer, bool expected) =>
        Assert.That(new ProgramReward(new Doubler()).IsRight("", answer, " 8 "), Is.EqualTo(expected));

    [Test]
    public void Program_WithAMarker_RunsWhatStandsBehindIt()
    {
        var reward = new ProgramReward(new Doubler()) { Marker = ">" };
        Assert.That(reward.IsRight("", "so > twice 4", "8"), Is.True);
        Assert.That(reward.IsRight("", "twice 4", "8"), Is.False);
    }

    private sealed class Doubler : IProgramInterpreter
    {
        public bool TryRun(string prompt, string program, out string result)
        {
            result = null!;
            if (program.Trim() == "throw") throw new FormatException();
            if (program.Trim() == "null") return true;
            if (!program.Trim().StartsWith("twice ", StringComparison.Ordinal)) return false;
            result = $"{2 * int.Parse(program.Trim()[6..])}\n";
            return true;
        }
    }
}
