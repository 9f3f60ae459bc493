using System.Globalization;
using System.Text.RegularExpressions;

namespace MlNetLlm.Pipelines.Store;

/// <summary>Which runs to list; what is null is not asked.</summary>
/// <param name="Experiment">Short name of the experiment.</param>
/// <param name="Preset">Name of the preset.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Verdict">A verdict that at least one claim of the run has.</param>
/// <param name="Metric">A condition that at least one metric of the run meets.</param>
internal sealed record RunFilter(
    string? Experiment = null, string? Preset = null, int? Seed = null, string? Verdict = null, MetricCondition? Metric = null);

/// <summary>A condition such as perplexity&lt;6 or svf-mlp/perplexity&gt;=5.5.</summary>
/// <param name="Arm">The arm, or null for any.</param>
/// <param name="Name">The metric.</param>
/// <param name="Operator">One of &lt;, &lt;=, &gt;, &gt;=, =.</param>
/// <param name="Value">The bound.</param>
internal sealed partial record MetricCondition(string? Arm, string Name, string Operator, double Value)
{
    /// <exception cref="ArgumentException">The text is no condition.</exception>
    public static MetricCondition Parse(string text)
    {
        var match = Form().Match(text);
        var number = match.Groups["value"].Value;
        if (!match.Success || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw new ArgumentException($"--where '{text}' is no condition; expected NAME<NUMBER or ARM/NAME>=NUMBER, "
                + "with one of < <= > >= = between them.");
        var arm = match.Groups["arm"].Value.Trim();
        return new MetricCondition(arm.Length == 0 ? null : arm, match.Groups["name"].Value.Trim(), match.Groups["operator"].Value, value);
    }

    [GeneratedRegex(@"^((?<arm>[^/<>=]+)/)?(?<name>[^/<>=]+)(?<operator><=|>=|<|>|=)(?<value>.+)$")]
    private static partial Regex Form();
}
