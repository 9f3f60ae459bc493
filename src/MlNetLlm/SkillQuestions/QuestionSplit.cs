namespace MlNetLlm.SkillQuestions;

/// <summary>
/// The use of a question. It follows from what is asked, whatever the surface, the seed or the number of questions drawn: what training
/// shows never comes up in a test.
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
