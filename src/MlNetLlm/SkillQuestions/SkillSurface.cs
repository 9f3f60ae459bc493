namespace MlNetLlm.SkillQuestions;

/// <summary>How a question is worded. Every skill of every function has all surfaces; only its instruction word is its own.</summary>
public enum SkillSurface
{
    /// <summary>The bare words, one after the other.</summary>
    List,

    /// <summary>Small sentences: the x is y is z.</summary>
    Template,

    /// <summary>Sentences with the same small words in other places; meant for questions that training never shows.</summary>
    Inverted,
}
