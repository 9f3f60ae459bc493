using MlNetLlm.Rewards;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>A generated task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Skill">The label it is routed to: math, code or logic; null where two are needed, so that no label is right.</param>
/// <param name="Draw">Draws a question; which split it belongs to, <see cref="ItemSplits"/> says.</param>
/// <param name="Reward">How an answer is judged.</param>
internal sealed record GeneratedTask(string Name, string? Skill, Func<RandomStream, TaskItem> Draw, IReward Reward);

/// <summary>The tasks there are.</summary>
internal static class TaskTable
{
    private static readonly string _mark = $"{TaskItem.Mark}";
    private static readonly IReward _letter = new ChoiceLetterReward { Marker = _mark };
    private static readonly IReward _text = new ExactAnswerReward { Marker = _mark };
    private static readonly IReward _program = new ProgramReward(new StringInterpreter()) { Marker = _mark };

    /// <summary>The label of what needs no expert.</summary>
    public const string Other = "other";

    /// <summary>The labels that a question can be routed to.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["math", "code", "logic", Other];

    /// <summary>
    /// Every task: the three that experts learn, a fourth for an expert that comes later, three hard ones and one of two skills.
    /// </summary>
    public static IReadOnlyList<GeneratedTask> All { get; } =
    [
        new("math", "math", MathTask.Easy, _text),
        new("code", "code", CodeTask.Write, _program),
        new("choice", "logic", ChoiceTask.Easy, _letter),
        new("trace", "code", CodeTask.Run, _text),
        new("math-hard", "math", MathTask.Hard, _text),
        new("code-hard", "code", CodeTask.WriteHard, _program),
        new("choice-hard", "logic", ChoiceTask.Hard, _letter),
        new("sum-choice", null, ChoiceTask.Sum, _letter),
    ];

    /// <summary>The task of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the known ones are named.</exception>
    public static GeneratedTask Find(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new ArgumentException($"Unknown task '{name}'. Known: {string.Join(", ", All.Select(task => task.Name))}.");

    /// <summary>Distinct questions of a task, drawn from one split.</summary>
    /// <param name="task">The task.</param>
    /// <param name="split">Only questions of this split.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Another seed, another draw from the same split.</param>
    /// <exception cref="InvalidOperationException">The task has too few questions.</exception>
    public static IReadOnlyList<TaskItem> Draw(GeneratedTask task, ItemSplit split, int count, long seed)
    {
        var random = new RandomStream(seed, $"{task.Name}/{split}");
        var (items, seen) = (new List<TaskItem>(count), new HashSet<string>());
        for (var tries = 0L; items.Count < count; tries++)
        {
            if (tries > 200L * count + 100_000)
            {
                throw new InvalidOperationException(
                    $"Task '{task.Name}' gave {items.Count} of {count} questions of split {split}. Ask for fewer.");
            }
            var item = task.Draw(random);
            if (ItemSplits.Of(item.Question) == split && seen.Add(item.Question)) items.Add(item);
        }
        return items;
    }
}
