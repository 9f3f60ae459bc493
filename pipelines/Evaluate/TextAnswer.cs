using System.Text.RegularExpressions;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>Compares answers that are texts.</summary>
public static partial class TextAnswer
{
    private const string Lead = "the answer is";

    /// <summary>
    /// Whether the answer's first line with something in it is the expected text: "the answer is" before it and a full stop after it do not
    /// count, nor do case and the amount of white space.
    /// </summary>
    /// <param name="text">Anything.</param>
    /// <param name="expected">The text; an empty one is never met.</param>
    public static bool IsRight(string text, string expected)
    {
        var line = FirstLine(text);
        var lead = line.LastIndexOf(Lead, StringComparison.OrdinalIgnoreCase);
        if (lead >= 0) line = line[(lead + Lead.Length)..].TrimStart(' ', ':');
        return Same(Plain(line), Plain(expected));
    }

    /// <summary>
    /// SQuAD's exact match (Rajpurkar et al. 2016): the first line without case, punctuation, English articles and extra white space.
    /// </summary>
    /// <param name="text">Anything.</param>
    /// <param name="expected">The text; an empty one is never met.</param>
    public static bool IsRightAsSquad(string text, string expected) => Same(Squad(FirstLine(text)), Squad(expected));

    private static bool Same(string answer, string expected) =>
        expected.Length > 0 && string.Equals(answer, expected, StringComparison.OrdinalIgnoreCase);

    private static string FirstLine(string text) =>
        text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "";

    private static string Plain(string text)
    {
        var plain = WhiteSpace().Replace(text, " ").Trim();
        return plain.Length > 1 && plain.EndsWith('.') ? plain[..^1].TrimEnd() : plain;
    }

    private static string Squad(string text)
    {
        var letters = string.Concat(text.ToLowerInvariant().Where(c => !char.IsPunctuation(c) && !char.IsSymbol(c)));
        return WhiteSpace().Replace(Articles().Replace(letters, " "), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Articles();
}
