using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>What the sections found: numbers for the result, contrasts for the claims, lines for the pictures.</summary>
internal sealed class Findings
{
    /// <summary>The numbers.</summary>
    public List<RunMetric> Metrics { get; } = [];

    /// <summary>What claims are judged by, by endpoint.</summary>
    public Dictionary<string, Contrast> Contrasts { get; } = [];

    /// <summary>Learning curves by task.</summary>
    public Dictionary<string, List<ChartLine>> Curves { get; } = [];

    /// <summary>Spectra of z, by task.</summary>
    public List<ChartPanel> Spectra { get; } = [];

    /// <summary>Notes a share of right answers with its standard error over questions.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="task">The task.</param>
    /// <param name="right">The answers of every seed: '1' right, '0' wrong.</param>
    public void Accuracy(string arm, string task, IReadOnlyList<string> right)
    {
        var shares = right.Select(answers => answers.Count(c => c == '1') / (double)answers.Length).ToList();
        var (mean, n) = (shares.Average(), right[0].Length);
        var overSeeds = shares.Count < 2 ? 0 : shares.Sum(share => (share - mean) * (share - mean)) / (shares.Count - 1) / shares.Count;
        Metrics.Add(new RunMetric(arm, "accuracy", task, mean, Math.Sqrt(mean * (1 - mean) / n + overSeeds), n));
    }

    /// <summary>Notes a number.</summary>
    public void Number(string arm, string name, double value, string? split = null) =>
        Metrics.Add(new RunMetric(arm, name, split, value));
}
