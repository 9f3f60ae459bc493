using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Tasks;

public class TaskTableTests
{
    private static IEnumerable<string> Names() => TaskTable.All.Select(task => task.Name);

    [TestCaseSource(nameof(Names))]
    public void WrittenAnswers_InBothStyles_AreRight(string name)
    {
        var task = TaskTable.Find(name);
        foreach (var item in TaskTable.Draw(task, ItemSplit.Train, 200, seed: 3))
        {
            Assert.That(task.Reward.IsRight(item.Question, item.Worked, item.Expected), item.Worked);
            Assert.That(task.Reward.IsRight(item.Question, item.Terse, item.Expected), item.Terse);
            Assert.That(item.Worked, Has.Length.GreaterThan(item.Terse.Length));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void OtherAnswers_AreWrong(string name)
    {
        var task = TaskTable.Find(name);
        var items = TaskTable.Draw(task, ItemSplit.Train, 200, seed: 4);
        foreach (var (item, other) in items.Zip(items.Skip(1)))
        {
            string[] garbage =
                ["", "#", "##", item.Expected, $"{item.Terse}zz", "#\u0000", new string('#', 500), "#99999999999999999999"];
            foreach (var answer in garbage)
                Assert.That(task.Reward.IsRight(item.Question, answer, item.Expected), Is.False, $"{item.Question} -> {answer}");
            if (other.Expected != item.Expected && name is not ("code" or "code-hard"))
                Assert.That(task.Reward.IsRight(item.Question, other.Worked, item.Expected), Is.False, other.Worked);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Items_AreInTheVocabularyAndFitTheContext(string name)
    {
        var tokenizer = TaskVocabulary.Tokenizer();
        foreach (var item in TaskTable.Draw(TaskTable.Find(name), ItemSplit.Pretraining, 300, seed: 5))
        {
            Assert.That(tokenizer.EncodeToIds(item.Question + item.Worked), Has.Count.EqualTo(item.Question.Length + item.Worked.Length));
            Assert.That(item.Worked, Has.Length.LessThan(LongestAnswer));
            Assert.That(2 + item.Question.Length + LongestAnswer, Is.LessThanOrEqualTo(96));
        }
    }

    [Test]
    public void Splits_AreDisjointWhateverTheSeed()
    {
        foreach (var task in TaskTable.All)
        {
            var splits = Enum.GetValues<ItemSplit>()
                .Select((split, i) => TaskTable.Draw(task, split, 100, seed: i).Select(item => item.Question).ToHashSet()).ToList();
            for (var a = 0; a < splits.Count; a++)
            {
                Assert.That(splits[a], Has.Count.EqualTo(100));
                for (var b = a + 1; b < splits.Count; b++) Assert.That(splits[a].Overlaps(splits[b]), Is.False, task.Name);
            }
        }
    }

    [Test]
    public void EveryTask_HasTwoThousandTestQuestions()
    {
        foreach (var task in TaskTable.All)
            Assert.That(TaskTable.Draw(task, ItemSplit.Test, 2000, seed: 1), Has.Count.EqualTo(2000), task.Name);
    }

    [Test]
    public void Draw_OfTheSameSeed_IsTheSame()
    {
        var task = TaskTable.Find("choice");
        Assert.That(TaskTable.Draw(task, ItemSplit.Test, 20, 7), Is.EqualTo(TaskTable.Draw(task, ItemSplit.Test, 20, 7)));
        Assert.That(TaskTable.Draw(task, ItemSplit.Test, 20, 8), Is.Not.EqualTo(TaskTable.Draw(task, ItemSplit.Test, 20, 7)));
    }

    [TestCase(37, 48, "7+8=15 3+4+1=8 ")]
    [TestCase(99, 99, "9+9=18 9+9+1=19 ")]
    [TestCase(20, 13, "0+3=3 2+1=3 ")]
    public void SumSteps_GoFromTheRightWithTheCarry(int a, int b, string expected) =>
        Assert.That(MathTask.SumSteps(a, b), Is.EqualTo(expected));

    [Test]
    public void Arithmetic_IsRight()
    {
        foreach (var item in TaskTable.Draw(TaskTable.Find("math"), ItemSplit.Train, 300, seed: 6))
            Assert.That(item.Expected, Is.EqualTo($"{Value(item.Question.TrimEnd('='))}"), item.Question);
    }

    [Test]
    public void HardChoice_HasTheRightThingAmongItsOptions()
    {
        foreach (var item in TaskTable.Draw(TaskTable.Find("choice-hard"), ItemSplit.Train, 300, seed: 6))
        {
            var facts = item.Question.Split(' ').Where(part => part.Contains('>'))
                .Select(fact => (Greater: fact[0], Less: fact[2])).ToList();
            var greatest = item.Question.Contains('^');
            var right = facts.Select(fact => greatest ? fact.Greater : fact.Less)
                .Single(thing => facts.All(fact => thing != (greatest ? fact.Less : fact.Greater)));
            Assert.That(item.Question, Does.Contain($"{right}{item.Expected}"));
        }
    }

    private const int LongestAnswer = MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Lab.LongestAnswer;

    private static int Value(string formula)
    {
        var close = formula.IndexOf(')');
        if (close > 0) return Value(formula[1..close]) % int.Parse(formula[(close + 2)..]);
        var at = formula.IndexOfAny(['+', '-']);
        var (a, b) = (int.Parse(formula[..at]), int.Parse(formula[(at + 1)..]));
        return formula[at] == '+' ? a + b : a - b;
    }
}
