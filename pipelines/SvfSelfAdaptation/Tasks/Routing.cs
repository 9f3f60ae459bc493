using MlNetLlm.Rewards;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>How the miniature asks for a question's label, and the task that a classification expert learns.</summary>
internal static class Routing
{
    /// <summary>The task's name.</summary>
    public const string Task = "routing";

    /// <summary>The template; the label follows it.</summary>
    public const string Template = "kind {question} is:";

    /// <summary>Tokens a label takes at most, its end included.</summary>
    public const int LabelTokens = 7;

    /// <summary>The tasks whose questions teach a classification expert; as in the released code, none for "other".</summary>
    public static IReadOnlyList<string> Taught { get; } = ["math", "code", "choice"];

    /// <summary>The label must be the whole answer.</summary>
    public static IReward Reward { get; } = new ExactAnswerReward();

    /// <summary>The prompt of a question.</summary>
    public static string Prompt(string question) => Template.Replace("{question}", question, StringComparison.Ordinal);

    /// <summary>Questions with their label, of the taught tasks in turn.</summary>
    public static IReadOnlyList<TaskItem> Items(ItemSplit split, int count, long seed)
    {
        var each = (count + Taught.Count - 1) / Taught.Count;
        var byTask = Taught.Select(name => TaskTable.Draw(TaskTable.Find(name), split, each, seed)).ToList();
        return [.. Enumerable.Range(0, count).Select(i => Labelled(byTask[i % Taught.Count][i / Taught.Count]))];
    }

    private static TaskItem Labelled(TaskItem item)
    {
        var label = TaskTable.Find(item.Task).Skill!;
        return new TaskItem(Task, Prompt(item.Question), label, label, label);
    }
}
