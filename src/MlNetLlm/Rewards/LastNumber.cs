namespace MlNetLlm.Rewards;

/// <summary>Reads the last number of a text, exactly and of any length.</summary>
internal static class LastNumber
{
    private const string Signs = "+-−";
    private const string Operators = "+-−*/^×÷";
    private const string Currencies = "$€£";

    /// <summary>
    /// The number in its shortest form, such as -1234.5, so that equal numbers are equal texts; null where there is none or it cannot be
    /// read.
    /// </summary>
    public static string? In(string? text)
    {
        if (text is null) return null;
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (end == 0) return null;
        var start = end;
        while (start > 0 && text[start - 1] is (>= '0' and <= '9') or ',' or '.') start--;
        while (text[start] == ',' || (text[start] == '.' && start > 0 && char.IsLetter(text[start - 1])))
            start++;                                                   // a comma or full stop of the sentence before
        var before = text.AsSpan(0, start);
        if (EndsIn(before, Currencies)) before = before[..^1];
        var signed = EndsIn(before, Signs);
        var negative = signed && before[^1] != '+';
        if (signed) before = before[..^1];
        return IsFree(before, signed) && Canonical(text.AsSpan(start, end - start)) is { } digits
            ? negative && digits != "0" ? $"-{digits}" : digits
            : null;
    }

    // Nothing glued on before the number (x5, 1e5), and no sum that it is the last part of (7 + 5, 7 -5, 3/4).
    private static bool IsFree(ReadOnlySpan<char> before, bool signed)
    {
        if (before is [.., var last] && (char.IsLetterOrDigit(last) || last is '_' or ')')) return false;
        var line = before.TrimEnd(" \t");
        return !EndsIn(line, Operators) && !(signed && line is [.., (>= '0' and <= '9') or ')']);
    }

    // Digits, perhaps in groups of three behind the first one to three, and perhaps decimals; otherwise null.
    private static string? Canonical(ReadOnlySpan<char> number)
    {
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var decimals = point < 0 ? default : number[(point + 1)..];
        if (decimals.ContainsAnyExceptInRange('0', '9') || !IsGrouped(whole)) return null;
        var digits = whole.ToString().Replace(",", "", StringComparison.Ordinal).TrimStart('0');
        var fraction = decimals.TrimEnd('0');
        return (digits.Length == 0 ? "0" : digits) + (fraction.IsEmpty ? "" : $".{fraction}");
    }

    private static bool IsGrouped(ReadOnlySpan<char> whole)
    {
        var comma = whole.IndexOf(',');
        if (comma < 0) return true;
        if (comma is 0 or > 3 || whole[0] == '0') return false;
        for (; comma < whole.Length; comma += 4)
            if (whole[comma] != ',' || comma + 4 > whole.Length || whole.Slice(comma + 1, 3).Contains(',')) return false;
        return true;
    }

    private static bool EndsIn(ReadOnlySpan<char> text, string characters) => text is [.., var last] && characters.Contains(last);
}
