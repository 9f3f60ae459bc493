namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Questions from V that stand in for public benchmarks, which models of this size answer no better than chance: the last word of a
/// passage (as LAMBADA asks), and the true continuation among four (as HellaSwag asks).
/// </summary>
public sealed record ProxyOptions
{
    /// <summary>Questions of each kind, at most.</summary>
    /// <value>400.</value>
    public int Questions { get; init; } = 400;

    /// <summary>Tokens of a continuation; the rest of a window is what comes before it.</summary>
    /// <value>16.</value>
    public int ContinuationTokens { get; init; } = 16;

    internal IEnumerable<string> Faults(TextOptions text)
    {
        if (Questions < 1) yield return $"Proxies.Questions is {Questions}; expected 1 or more.";
        if (ContinuationTokens < 2 || ContinuationTokens > text.SequenceLength / 2)
            yield return $"Proxies.ContinuationTokens is {ContinuationTokens}; expected 2 to half a window.";
    }
}
