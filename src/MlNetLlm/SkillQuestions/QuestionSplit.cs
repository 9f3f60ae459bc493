namespace MlNetLlm.SkillQuestions;

/// <summary>
/// The use of a question. It follows from its content, which is what is asked together with its four choices, whatever their order, the
/// surface, the seed or the number of questions drawn: no content of training comes up in a test. What is asked may, with other wrong
/// choices.
/// </summary>
public enum QuestionSplit
{
    /// <summary>To learn from: 20 of 28 contents.</summary>
    Train,

    /// <summary>To choose by, and to measure importances on: 3 of 28.</summary>
    Validation,

    /// <summary>To report: 5 of 28.</summary>
    Test,
}
