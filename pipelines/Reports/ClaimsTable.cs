using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>The claims of a run with their verdicts, and how to read them. On a narrow page each claim is a card.</summary>
internal static class ClaimsTable
{
    private static readonly string[] _columns =
        ["claim", "verdict", "statement", "expected", "estimate [95 %]", "seeds", "measured", "source"];

    private static readonly (Verdict Verdict, string Meaning)[] _meanings =
    [
        (Verdict.Reproduced, "the whole interval lies on the side of the threshold that the claim puts the effect on"),
        (Verdict.NotReproduced, "the whole interval lies on the other side"),
        (Verdict.Inconclusive, "the interval holds the threshold, or a test beside it (named under measured, often corrected for the "
            + "number of claims after Holm) is not significant: neither side is shown"),
        (Verdict.NotTestableHere, "this set-up lacks what the claim needs"),
    ];

    /// <summary>Writes them.</summary>
    public static void Write(Html body, RunResult result)
    {
        Reading(body);
        var rules = ClaimRules.Of(result);
        body.Raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Claims and verdicts\">")
            .Raw("<table class=\"claims\" role=\"table\">\n")
            .Element("caption", "What others claim, and what this run says of it; each rule was fixed before the run")
            .Raw("<thead role=\"rowgroup\"><tr role=\"row\">");
        foreach (var column in _columns) body.Element("th", column, "scope=\"col\" role=\"columnheader\"");
        body.Raw("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        foreach (var claim in result.Claims) Row(body, claim, rules.GetValueOrDefault(claim.Id));
        body.Raw("</tbody></table></div>\n");
    }

    // A verdict's name as a class of the style sheet.
    private static string Class(Verdict verdict) => RunTexts.Verdict(verdict).Replace(' ', '-');

    private static void Reading(Html body)
    {
        body.Raw("<details class=\"reading\" open>").Element("summary", "How to read this").Raw("<dl>\n");
        foreach (var (verdict, meaning) in _meanings)
            body.Element("dt", RunTexts.Verdict(verdict), $"class=\"verdict {Class(verdict)}\"").Element("dd", meaning);
        body.Raw("</dl>\n").Element("p", "The estimate is the measured effect with its 95 % interval. Without an interval it is exact, or "
            + "the same in every seed. Seeds are the independent trainings behind it.", "class=\"quiet\"").Raw("</details>\n");
    }

    private static void Row(Html body, RunClaim claim, ClaimRule? rule)
    {
        var seeds = claim.Seeds == 0 ? "–" : RunTexts.Number(claim.Seeds);
        body.Raw("<tr role=\"row\">").Element("th", claim.Id, "scope=\"row\" role=\"rowheader\"")
            .Raw("<td role=\"cell\"><span class=\"verdict ").Raw(Class(claim.Verdict)).Raw("\">").Text(RunTexts.Verdict(claim.Verdict))
            .Raw("</span>");
        if (Reason(claim, rule) is { } reason) body.Element("span", reason, "class=\"reason\"");
        body.Raw("</td>\n");
        string[] cells = [claim.Statement, claim.Expected, RunTexts.Estimate(claim), seeds, claim.Measured, claim.Source];
        for (var i = 0; i < cells.Length; i++) body.Element("td", cells[i], $"role=\"cell\" data-column=\"{_columns[i + 2]}\"");
        body.Raw("</tr>\n");
    }

    /// <summary>Why a claim has its verdict, or null where its numbers do not tell.</summary>
    public static string? Reason(RunClaim claim, ClaimRule? rule)
    {
        if (rule is null || claim.Ci95 is not [var low, var high] || !(low <= high)) return null;
        var alone = rule.Judge(low, high);
        var what = low < high ? "interval" : "value";
        var threshold = RunTexts.Number(rule.Threshold);
        var where = alone switch
        {
            Verdict.Reproduced => $"{what} on the claimed side of {threshold}",
            Verdict.NotReproduced => $"{what} on the other side of {threshold}",
            _ when low < rule.Threshold && rule.Threshold < high => $"interval holds {threshold}",
            _ => $"{what} touches {threshold}",
        };
        return alone == claim.Verdict ? where : $"{where}, but the test beside it is not significant";
    }
}
