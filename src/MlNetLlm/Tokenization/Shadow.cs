using System.Globalization;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>A text with one UTF-16 unit a character: those above U+FFFF are replaced by one of the same general category.</summary>
internal static class Shadow
{
    /// <summary>One character below U+10000, without a role in any pattern, for each <see cref="UnicodeCategory"/> in order.</summary>
    private const string Substitutes =
        "\uA640\uA641\u01C5\uA015\uA000\u0300\u0903\u0488\u0660\u2160\u0BF0\u2000\u2028\u2029\u0001\u2060\uE000\uE000"
        + "\u203F\u2010\u2045\u2046\u201C\u201D\u2020\u2044\u20A0\u02C2\u2100\uFFFE";

    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> text)
    {
        var shadow = new char[text.Length];
        var count = 0;
        for (var at = 0; at < text.Length; count++)
        {
            var length = Length(text, at);
            shadow[count] = length == 1 ? text[at] : Substitutes[(int)Rune.GetUnicodeCategory(new Rune(text[at], text[at + 1]))];
            at += length;
        }
        return shadow.AsSpan(0, count);
    }

    /// <summary>How many units the character at a place has; a lone surrogate has one.</summary>
    public static int Length(ReadOnlySpan<char> text, int at)
        => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
