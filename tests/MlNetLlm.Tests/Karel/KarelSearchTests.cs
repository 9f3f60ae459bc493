using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

public class KarelSearchTests
{
    [TestCase(KarelMatch.Drawn)]
    [TestCase(KarelMatch.Complete)]
    public void ShortestLength_OfShortReferences_IsWhatTryingEveryProgramFinds(KarelMatch match)
    {
        var generator = new KarelGenerator(new KarelOptions { Examples = 2, MaxLength = 4 }, "search");
        for (int i = 0; i < 40; i++)
        {
            var task = generator.Draw(i);
            Assert.That(KarelSearch.ShortestLength(task, task.Program.Length, match: match), Is.EqualTo(TryEveryProgram(task, match)));
        }
    }

    [Test]
    public void ShortestLength_OfLongReferences_IsNeverLonger()
    {
        var generator = new KarelGenerator(KarelOptions.MiniatureTraining, "search");
        for (int i = 0; i < 60; i++)
        {
            var task = generator.Draw(i);
            Assert.That(KarelSearch.ShortestLength(task, task.Program.Length), Is.Not.Null.And.AtMost(task.Program.Length));
        }
    }

    [Test]
    public void ShortestLength_WithTooFewStatesAllowed_GivesUp()
    {
        var task = new KarelTask([KarelOperation.Move, KarelOperation.PutMarker, KarelOperation.Move], [KarelToys.World], examples: 1);
        Assert.That(KarelSearch.ShortestLength(task, 3), Is.EqualTo(3));
        Assert.That(KarelSearch.ShortestLength(task, 3, maxStates: 2), Is.Null);
        Assert.That(KarelSearch.ShortestLength(task, 2), Is.Null);
    }

    [Test]
    public void ShortestLength_WithAnOutputLikeTheInput_IsZero()
    {
        var task = new KarelTask([KarelOperation.TurnLeft, KarelOperation.TurnRight], [KarelToys.World], examples: 1);
        Assert.That(KarelSearch.ShortestLength(task, 2), Is.Zero);
    }

    private static int TryEveryProgram(KarelTask task, KarelMatch match)
    {
        for (int length = 0; ; length++)
        {
            var program = new KarelOperation[length];
            for (int number = 0; number < Math.Pow(5, length); number++)
            {
                for (int i = 0, rest = number; i < length; i++, rest /= 5) program[i] = (KarelOperation)(rest % 5);
                if (task.IsSolvedBy(program, match)) return length;
            }
        }
    }
}
