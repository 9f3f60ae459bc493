using System.Globalization;
using System.Text.Json;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Store;

/// <summary>Runs' values in words, for tables, pages and the index.</summary>
internal static class RunTexts
{
    /// <summary>A verdict as result.json spells it.</summary>
    public static string Verdict(Verdict verdict) => JsonSerializer.Serialize(verdict).Trim('"');

    /// <summary>A claim's estimate with its interval, where it has one: an exact value's ends are the same.</summary>
    public static string Estimate(RunClaim claim) => claim.Estimate is null ? "–"
        : claim.Ci95 is [var low, var high] && low < high ? $"{Number(claim.Estimate)} [{Number(low)}, {Number(high)}]" : Number(claim.Estimate);

    /// <summary>A number in few digits; whole ones with separators.</summary>
    public static string Number(double? value) => value switch
    {
        null => "",
        { } whole when whole == Math.Floor(whole) && Math.Abs(whole) < 1e12 => whole.ToString("N0", CultureInfo.InvariantCulture),
        { } small when Math.Abs(small) < 1 => small.ToString("G4", CultureInfo.InvariantCulture),
        { } number => number.ToString("G6", CultureInfo.InvariantCulture),
    };

    /// <summary>Lines of text, each as <see cref="Plain"/> gives it.</summary>
    public static string PlainLines(string? text) => string.Join('\n', (text ?? "").ReplaceLineEndings("\n").Split('\n').Select(Plain));

    /// <summary>
    /// A text without what a terminal would obey: names come from files and may hold anything. Control characters become visible ones.
    /// </summary>
    public static string Plain(string? text) => string.Concat((text ?? "").Select(letter =>
        char.IsControl(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            ? $"\\u{(int)letter:x4}" : letter.ToString()));
}
