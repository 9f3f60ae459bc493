namespace MlNetLlm.Rewards;

/// <summary>
/// The one choice that an answer names is the reference's. A choice is one of <see cref="Letters"/> standing free, as in B, (B) or B.;
/// an answer that names none, or more than one, is wrong.
/// </summary>
public sealed record ChoiceLetterReward : IReward
{
    /// <summary>The letters or digits that stand for choices, each one character.</summary>
    /// <value>"ABCD".</value>
    public string Letters { get; init; } = "ABCD";

    /// <summary>Only what stands behind the last of these counts, and an answer without one is wrong. A reference may lack it.</summary>
    /// <value>null: the whole answer.</value>
    public string? Marker { get; init; }

    /// <inheritdoc/>
    public bool IsRight(string prompt, string answer, string reference) =>
        Choice(AnswerMarker.InAnswer(answer, Marker)) is { } given && given == Choice(AnswerMarker.InReference(reference, Marker));

    /// <inheritdoc/>
    public string? FaultOf(string reference) => Choice(AnswerMarker.InReference(reference, Marker)) is null
        ? $"'{reference}' does not name exactly one of the choices {Letters}"
        : null;

    private char? Choice(string? text)
    {
        char? found = null;
        for (var at = 0; at < text?.Length; at++)
        {
            if (!Letters.Contains(text[at]) || IsWord(text, at - 1) || IsWord(text, at + 1) || text[at] == found) continue;
            if (found is not null) return null;
            found = text[at];
        }
        return found;
    }

    private static bool IsWord(string text, int at) => at >= 0 && at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_');
}
