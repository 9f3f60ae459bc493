using System.Globalization;
using System.Text;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>
/// The number an answer ends in: after "####" the first one, as GSM8K writes answers; without it the last of the text. Thousands
/// separators are dropped, a sign is kept, a currency sign may stand between sign and digits. Numbers are compared as decimal texts, so any
/// length does.
/// </summary>
public static class NumberAnswer
{
    private const string Marker = "####";

    /// <summary>Whether the text's number is the expected one. A text without a number is wrong.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="expected">A number.</param>
    public static bool IsRight(string text, string expected) => Extract(text) is { } number && number == Extract(expected);

    /// <summary>The number in its shortest form, such as -1234.5, or null where there is none.</summary>
    public static string? Extract(string text)
    {
        var at = text.IndexOf(Marker, StringComparison.Ordinal);
        return at >= 0 ? All(text[(at + Marker.Length)..]).FirstOrDefault() : All(text).LastOrDefault();
    }

    private static IEnumerable<string> All(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (Digit(text, at) < 0 && !(text[at] == '.' && Digit(text, at + 1) >= 0))
            {
                at++;
                continue;
            }
            var negative = IsNegative(text, at);
            var (whole, fraction) = (new StringBuilder(), new StringBuilder());
            for (; Digit(text, at) >= 0 || IsSeparator(text, at); at++)
                if (text[at] != ',') whole.Append(Digit(text, at));
            if (at < text.Length && text[at] == '.' && Digit(text, at + 1) >= 0)
                for (at++; Digit(text, at) >= 0; at++) fraction.Append(Digit(text, at));
            yield return Shortest(negative, whole.ToString(), fraction.ToString());
        }
    }

    // The value of a decimal digit of any script, else -1.
    private static int Digit(string text, int at) => at < text.Length ? CharUnicodeInfo.GetDecimalDigitValue(text[at]) : -1;

    private static bool IsSeparator(string text, int at) => at > 0 && at < text.Length && text[at] == ',' && Digit(text, at + 1) >= 0;

    // A minus right before the digits, or before their currency sign; after a letter or digit it is a hyphen or an operator.
    private static bool IsNegative(string text, int at)
    {
        var before = at - 1;
        if (before >= 0 && CharUnicodeInfo.GetUnicodeCategory(text[before]) == UnicodeCategory.CurrencySymbol) before--;
        return before >= 0 && text[before] is '-' or '\u2212'
            && (before == 0 || !(char.IsLetterOrDigit(text[before - 1]) || text[before - 1] == ')'));
    }

    private static string Shortest(bool negative, string whole, string fraction)
    {
        (whole, fraction) = (whole.TrimStart('0'), fraction.TrimEnd('0'));
        var number = (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : $".{fraction}");
        return negative && number != "0" ? $"-{number}" : number;
    }
}
