using MlNetLlm.Tokenization;

namespace MlNetLlm.SkillQuestions;

/// <summary>The words of all questions: content and small words that all functions share, and one instruction word a skill.</summary>
public static class SkillVocabulary
{
    /// <summary>Content words: persons, places, numbers, brackets, whatever a skill makes of them.</summary>
    public static IReadOnlyList<string> Content { get; } =
        ["ba", "be", "bi", "bo", "da", "de", "di", "do", "ga", "ge", "gi", "go", "ka", "ke", "ki", "ko"];

    /// <summary>The letters of the answers; each is one token.</summary>
    public static IReadOnlyList<string> Letters { get; } = ["A", "B", "C", "D"];

    /// <summary>Small words and marks of the surfaces.</summary>
    public static IReadOnlyList<string> Small { get; } = ["the", "is", ",", "?", ";", "="];

    /// <summary>Cuts questions into words. Padding is id 0; nothing is put before or after a text.</summary>
    public static VocabularyTokenizer Tokenizer { get; } = new(
        ["<pad>", .. Letters, .. Small, .. Content, .. Skill.All.Select(skill => skill.Name)],
        TokenSeparator.Space, new SpecialTokens { Pad = 0 });
}
