using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>The characters that questions, answers and the miniature's English have.</summary>
internal static class TaskVocabulary
{
    /// <summary>Lower-case letters, digits, the letters of choices, and signs.</summary>
    public const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789ABCD +-%()=><^_#:?.,;'!";

    /// <summary>One token a character, behind padding, begin and end.</summary>
    public static VocabularyTokenizer Tokenizer() => VocabularyTokenizer.Characters(Characters);

    /// <summary>A text in these characters: lower case, white space as one space, anything else left out.</summary>
    public static string Spell(string text)
    {
        var spelled = new System.Text.StringBuilder(text.Length);
        foreach (var character in text.ToLowerInvariant())
        {
            var known = char.IsWhiteSpace(character) ? ' ' : character is '\u2019' ? '\'' : character;
            if (known == ' ' && (spelled.Length == 0 || spelled[^1] == ' ')) continue;
            if (Characters.Contains(known, StringComparison.Ordinal)) spelled.Append(known);
        }
        return spelled.ToString().TrimEnd();
    }
}
