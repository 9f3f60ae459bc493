namespace MlNetLlm.SkillQuestions;

/// <summary>Sorts contents into splits by a hash, so that no content is in two of them.</summary>
internal static class QuestionContent
{
    private const int Parts = 28;
    private const int TestParts = 5;
    private const int ValidationParts = 3;

    /// <summary>The split of a content: skill, phrases, query and choices, whatever their order and the surface.</summary>
    public static QuestionSplit SplitOf(Skill skill, SkillItem item)
    {
        var hash = 14695981039346656037;                                         // FNV-1a
        foreach (var letter in skill.Name) Add(letter);
        foreach (var phrase in item.Phrases.Append(item.Query).Append([item.Answer, .. item.Others.Order()]))
        {
            foreach (var word in phrase) Add(word);
            Add(byte.MaxValue);
        }

        hash ^= hash >> 32;                                                      // the high bits are the better mixed ones
        return ((hash * 0x9E3779B97F4A7C15 >> 40) % Parts) switch
        {
            < TestParts => QuestionSplit.Test,
            < TestParts + ValidationParts => QuestionSplit.Validation,
            _ => QuestionSplit.Train,
        };

        void Add(int value) => hash = (hash ^ (uint)value) * 1099511628211;
    }
}
