namespace MlNetLlm.SkillQuestions;

/// <summary>What a question is about, before it has a surface. Numbers stand for <see cref="SkillVocabulary.Content"/> words.</summary>
/// <param name="Phrases">What is told: phrases of one to three words.</param>
/// <param name="Query">What is asked about; may be empty where the instruction says it all.</param>
/// <param name="Answer">The right word.</param>
/// <param name="Others">Three wrong words.</param>
public sealed record SkillItem(
    IReadOnlyList<IReadOnlyList<int>> Phrases, IReadOnlyList<int> Query, int Answer, IReadOnlyList<int> Others);
