namespace MlNetLlm.SkillQuestions;

/// <summary>What stands after a question as its answer; one token in both forms.</summary>
public enum AnswerForm
{
    /// <summary>The letter of the right choice; every choice in the question is followed by its letter.</summary>
    Letter,

    /// <summary>The right choice itself. Small models learn it sooner: the step from choice to letter falls away.</summary>
    Word,
}
