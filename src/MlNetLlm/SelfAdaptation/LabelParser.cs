using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Reads the label out of what the first pass wrote. Total: any text gives a label, without exceptions and without chance; what is unclear,
/// unknown or missing means the base weights.
/// </summary>
public static class LabelParser
{
    private const string BoxStart = @"\boxed{";

    /// <summary>The label in a text.</summary>
    /// <param name="text">What the first pass wrote; may be null.</param>
    /// <param name="labels">The labels there are; letters' case does not matter.</param>
    /// <param name="format">Where the label stands.</param>
    /// <returns>One of the labels, as it is spelled there, or <see cref="SvfExpertLibrary.Other"/>.</returns>
    public static string Parse(string? text, IReadOnlyList<string> labels, LabelFormat format)
    {
        IEnumerable<string> words = format == LabelFormat.Boxed ? Words(Boxed(text ?? "")) : Words(text ?? "").Take(1);
        var named = words.Select(word => labels.FirstOrDefault(label => Same(label, word)))
            .Where(label => label is not null).Distinct().Take(2).ToList();
        return named is [{ } only] ? only : SvfExpertLibrary.Other;   // two labels in a box are no decision
    }

    // Up to the brace that closes the box; nothing where none does.
    private static string Boxed(string text)
    {
        var start = text.IndexOf(BoxStart, StringComparison.Ordinal);
        if (start < 0) return "";
        start += BoxStart.Length;
        for (var (at, depth) = (start, 1); at < text.Length; at++)
        {
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0) return text[start..at];
        }
        return "";
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && IsPart(text[at])) at++;
            var word = text[start..at].Trim('.', '-');
            if (word.Length > 0) yield return word;
        }
    }

    internal static bool IsPart(char one) => char.IsLetterOrDigit(one) || one is '-' or '_' or '.';

    private static bool Same(string label, string word) => string.Equals(label, word, StringComparison.OrdinalIgnoreCase);
}
