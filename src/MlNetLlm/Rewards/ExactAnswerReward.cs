namespace MlNetLlm.Rewards;

/// <summary>The answer is the reference, but for white space around them: labels and other terse answers.</summary>
public sealed record ExactAnswerReward : IReward
{
    /// <summary>Only what stands behind the last of these counts, and an answer without one is wrong. A reference may lack it.</summary>
    /// <value>null: the whole answer.</value>
    public string? Marker { get; init; }

    /// <summary>Whether upper and lower case letters are the same.</summary>
    /// <value>false.</value>
    public bool IgnoreCase { get; init; }

    /// <inheritdoc/>
    public bool IsRight(string prompt, string answer, string reference) =>
        AnswerMarker.InAnswer(answer, Marker) is { } given && FaultOf(reference) is null
        && given.AsSpan().Trim().Equals(AnswerMarker.InReference(reference, Marker).AsSpan().Trim(), Comparison);

    /// <inheritdoc/>
    public string? FaultOf(string reference) =>
        string.IsNullOrWhiteSpace(AnswerMarker.InReference(reference, Marker)) ? "it is blank" : null;

    private StringComparison Comparison => IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
