namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>One question of a generated task.</summary>
/// <param name="Task">The task's name in <see cref="TaskTable"/>.</param>
/// <param name="Question">What the model is given.</param>
/// <param name="Expected">What the grader compares with: a number, a letter, or what a program must turn the input into.</param>
/// <param name="Worked">The verbose answer: every step, then the result behind <see cref="Mark"/>.</param>
/// <param name="Terse">The result alone, behind <see cref="Mark"/>.</param>
public sealed record TaskItem(string Task, string Question, string Expected, string Worked, string Terse)
{
    /// <summary>Stands before the final answer.</summary>
    public const char Mark = '#';
}
