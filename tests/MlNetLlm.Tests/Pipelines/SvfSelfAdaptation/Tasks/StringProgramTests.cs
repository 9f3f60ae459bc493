using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Tasks;

public class StringProgramTests
{
    [TestCase("r", "abcd", "dcba")]
    [TestCase("l", "abcd", "bcda")]
    [TestCase("x", "abcd", "bcd")]
    [TestCase("d", "abcd", "abcdd")]
    [TestCase("s", "abcd", "bacd")]
    [TestCase("xrl", "abcd", "cbd")]
    public void Run_AppliesEachOperationInTurn(string program, string input, string expected) =>
        Assert.That(StringProgram.Run(program, input), Is.EqualTo(expected));

    [TestCase("", "abcd")]
    [TestCase("q", "abcd")]
    [TestCase("r ", "abcd")]
    [TestCase("R", "abcd")]
    [TestCase("x", "a")]
    [TestCase("s", "a")]
    [TestCase("r", "")]
    [TestCase("rrrrrrrrrrrrrrrrr", "abcd")]
    public void Run_OfNoProgram_IsNull(string program, string input) => Assert.That(StringProgram.Run(program, input), Is.Null);

    [Test]
    public void Run_StopsWhereTheStringGetsTooLong() =>
        Assert.That(StringProgram.Run("d", new string('a', 32)), Is.Null);

    // Against every program, one after the other in the order that is asked for: by length, then by the alphabet.
    [Test]
    public void Shortest_IsTheFirstOfAllProgramsThatDoIt()
    {
        var programs = new List<string> { "" };
        for (var length = 1; length <= 3; length++)
        {
            var shorter = programs.Where(program => program.Length == length - 1).ToList();
            programs.AddRange(shorter.SelectMany(program => StringProgram.Operations.Select(operation => program + operation)));
        }
        foreach (var target in programs.Skip(1).Select(program => StringProgram.Run(program, "abca")).OfType<string>().Distinct())
        {
            var first = programs.Skip(1).First(program => StringProgram.Run(program, "abca") == target);
            Assert.That(StringProgram.Shortest("abca", target, 3), Is.EqualTo(target == "abca" ? null : first), target);
        }
    }

    [Test]
    public void Shortest_WithTooFewOperations_IsNull() => Assert.That(StringProgram.Shortest("abcd", "dcb", 1), Is.Null);
}
