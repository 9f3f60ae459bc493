using System.Globalization;
using System.Text.RegularExpressions;
using MlNetLlm.Pipelines.Reports;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>The style sheet's colours on its paper, light and dark, by the contrast of the WCAG 2.2: 4.5 for text, 3 for what is drawn.</summary>
public sealed class ReportColoursTests
{
    private static readonly string[] _themes = ["light", "dark"];

    [TestCaseSource(nameof(_themes))]
    public void Colours_OnThePaper_AreSeen(string theme)
    {
        var colours = Colours(theme);
        foreach (var text in new[] { "ink", "quiet", "link", "good", "bad", "unsure" })
            Assert.That(Contrast(colours[text], colours["paper"]), Is.GreaterThanOrEqualTo(4.5), text);
        foreach (var drawn in Enumerable.Range(1, 8).Select(i => $"s{i}").Append("high"))
            Assert.That(Contrast(colours[drawn], colours["paper"]), Is.GreaterThanOrEqualTo(3), drawn);
    }

    [TestCaseSource(nameof(_themes))]
    public void Ramp_FromLowToHigh_StandsOutMoreAndMore(string theme)
    {
        var colours = Colours(theme);
        var contrasts = new[] { "low", "lower", "higher", "high" }.Select(name => Contrast(colours[name], colours["paper"])).ToList();
        Assert.That(contrasts, Is.Ordered.Ascending.And.Unique);
    }

    private static Dictionary<string, string> Colours(string theme)
    {
        var blocks = Regex.Matches(Assets.Style, @":root \{(.*?)\}", RegexOptions.Singleline);
        Assert.That(blocks, Has.Count.EqualTo(_themes.Length));
        return Regex.Matches(blocks[Array.IndexOf(_themes, theme)].Value, "--([a-z0-9]+): (#[0-9a-f]{6})")
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
    }

    private static double Contrast(string a, string b)
    {
        var (first, second) = (Luminance(a), Luminance(b));
        return (Math.Max(first, second) + 0.05) / (Math.Min(first, second) + 0.05);
    }

    private static double Luminance(string colour) => new[] { 0.2126, 0.7152, 0.0722 }.Select((weight, i) =>
    {
        var value = int.Parse(colour.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
        return weight * (value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4));
    }).Sum();
}
