using MlNetLlm.MultipleChoice;

namespace MlNetLlm.Importance;

/// <summary>A question whose right answer is known.</summary>
/// <param name="Question">Prompt and choices; of a row with an answer column, the answer is the only choice.</param>
/// <param name="Answer">Index of the right choice.</param>
internal sealed record LabelledQuestion(ChoiceQuestion Question, int Answer)
{
    /// <summary>The right choice's text.</summary>
    public string Text => Question.Continuations[Answer];
}
