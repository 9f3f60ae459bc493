using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// Multiple choice over an order: facts such as k&gt;m in any order, then which one is greatest (^) or smallest (_), and four letters to
/// choose from. Easy: three things, so that one choice is none of them; hard: four. The two-skill task asks for a sum instead.
/// </summary>
internal static class ChoiceTask
{
    private const string Things = "abcdefghijklmnopqrst";
    private const string Choices = "ABCD";

    /// <summary>Draws an easy question.</summary>
    public static TaskItem Easy(RandomStream random) => Order(random, "choice", 3);

    /// <summary>Draws a hard question.</summary>
    public static TaskItem Hard(RandomStream random) => Order(random, "choice-hard", 4);

    /// <summary>Draws a question that needs a sum and a choice.</summary>
    public static TaskItem Sum(RandomStream random)
    {
        var (a, b) = (random.Next(90) + 10, random.Next(90) + 10);
        var sum = a + b;
        int[] wrong = [sum - 10, sum - 1, sum + 1, sum + 10, sum + 9, sum - 9];
        random.Shuffle<int>(wrong);
        string[] options = [.. wrong.Take(3).Append(sum).Select(value => $"{value}")];
        random.Shuffle<string>(options);
        return Item("sum-choice", $"{a}+{b}?", MathTask.SumSteps(a, b), $"{sum}", options);
    }

    private static TaskItem Order(RandomStream random, string task, int size)
    {
        var things = Things.ToCharArray();
        random.Shuffle<char>(things);
        var order = things[..size];                                           // greatest first
        string[] facts = [.. Enumerable.Range(0, size - 1).Select(i => $"{order[i]}>{order[i + 1]}")];
        random.Shuffle<string>(facts);
        var greatest = random.Next(2) == 0;
        var right = greatest ? order[0] : order[^1];
        string[] options = [.. things.Take(Choices.Length).Select(thing => $"{thing}")];
        random.Shuffle<string>(options);
        return Item(task, $"{string.Join(' ', facts)} {(greatest ? '^' : '_')}?", $"{string.Join('>', order)} ", $"{right}", options);
    }

    private static TaskItem Item(string task, string question, string steps, string right, string[] options)
    {
        var letter = Choices[Array.IndexOf(options, right)];
        var list = string.Join(' ', options.Select((option, i) => $"{option}{Choices[i]}"));
        return new TaskItem(
            task, $"{question} {list}=", $"{letter}", $"{steps}{right}{letter} {TaskItem.Mark}{letter}", $"{TaskItem.Mark}{letter}");
    }
}
