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

/// <summary>A condition such as perplexity&lt;6 or svf-mlp/perplexity@old-domain&gt;=5.5.</summary>
/// <param name="Metric">The metric's name, alone or with an arm before it, a split after it, or both: ARM/NAME@SPLIT.</param>
/// <param name="Operator">One of &lt;, &lt;=, &gt;, &gt;=, =.</param>
/// <param name="Value">The bound.</param>
internal sealed partial record MetricCondition(string Metric, string Operator, double Value)
{
    /// <exception cref="ArgumentException">The text is no condition.</exception>
    public static MetricCondition Parse(string text)
    {
        var match = Form().Match(text);
        var number = match.Groups["value"].Value;
        if (!match.Success || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw new ArgumentException($"--where '{text}' is no condition; expected NAME<NUMBER, where ARM/NAME, NAME@SPLIT and "
                + "ARM/NAME@SPLIT are names too, with one of < <= > >= = before the number.");
        return new MetricCondition(match.Groups["metric"].Value, match.Groups["operator"].Value, value);
    }

    // Names of metrics may hold signs, as P(A <= B) does: the last one is the condition's.
    [GeneratedRegex(@"^\s*(?<metric>.*[^<>=!\s])\s*(?<operator><=|>=|<|>|=)\s*(?<value>[^<>=]+)$")]
    private static partial Regex Form();
}
