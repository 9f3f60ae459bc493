namespace MlNetLlm.SkillQuestions;

/// <summary>
/// A question with four choices: "… ; ge A ko B da C bi D ? word =", without letters where the answer is a word. What is asked about stands
/// next to its answer: small models learn to look it up sooner than with the choices between.
/// </summary>
/// <param name="DataSet">The data set it belongs to.</param>
/// <param name="Skill">The one skill it needs.</param>
/// <param name="Surface">How it is worded.</param>
/// <param name="Prompt">Instruction word, phrases, choices and query; words with spaces between.</param>
/// <param name="Choices">The four words to choose from, in the order of their letters.</param>
/// <param name="Answer">Index of the right choice, 0 … 3.</param>
/// <param name="Form">What the answer is.</param>
public sealed record SkillQuestion(
    string DataSet, Skill Skill, SkillSurface Surface, string Prompt, IReadOnlyList<string> Choices, int Answer, AnswerForm Form)
{
    /// <summary>Words a question has at most, with its answer.</summary>
    public const int LongestTokens = 48;

    /// <summary>What may follow the prompt, one a choice: letters or the choices.</summary>
    public IReadOnlyList<string> Answers => Form == AnswerForm.Letter ? SkillVocabulary.Letters : Choices;

    /// <summary>What follows the prompt when the right choice is taken.</summary>
    public string RightAnswer => Answers[Answer];

    /// <summary>Words an item on a surface.</summary>
    internal static string Write(Skill skill, SkillItem item, SkillSurface surface, IReadOnlyList<int> choices, AnswerForm form)
    {
        List<string> words = [skill.Name];
        foreach (var phrase in item.Phrases) words.AddRange(Phrase(phrase, surface));
        words.Add(";");
        words.AddRange(choices.SelectMany((choice, i) => form == AnswerForm.Letter
            ? new[] { Content(choice), SkillVocabulary.Letters[i] }
            : [Content(choice)]));
        words.Add("?");
        if (item.Query.Count > 0 && surface != SkillSurface.List) words.Add(surface == SkillSurface.Template ? "the" : "is");
        words.AddRange(item.Query.Select(Content));
        words.Add("=");
        return string.Join(' ', words);
    }

    private static IEnumerable<string> Phrase(IReadOnlyList<int> phrase, SkillSurface surface) => surface switch
    {
        SkillSurface.List => phrase.Select(Content),
        SkillSurface.Template => phrase.SelectMany((word, i) => new[] { i == 0 ? "the" : "is", Content(word) }).Append(","),
        _ => phrase.SelectMany((word, i) => new[] { i == 0 ? "is" : ",", Content(word) }).Append("the"),
    };

    private static string Content(int word) => SkillVocabulary.Content[word];
}
