namespace MlNetLlm.Rewards;

/// <summary>
/// The last number of an answer equals that of the reference. 1,000 is one thousand, signs count, 7.50 equals 7.5 and 007 equals 7.
/// The last number must be readable: 3,4 or 1.2.3, the 5 of x5 or 1e5, and the last part of an unfinished sum such as 7 + 5 are not, and an
/// answer that ends with one of these is wrong.
/// </summary>
public sealed record NumericAnswerReward : IReward
{
    /// <summary>Only what stands behind the last of these counts, and an answer without one is wrong. A reference may lack it.</summary>
    /// <value>null: the whole answer.</value>
    public string? Marker { get; init; }

    /// <inheritdoc/>
    public bool IsRight(string prompt, string answer, string reference) =>
        LastNumber.In(AnswerMarker.InAnswer(answer, Marker)) is { } given
        && given == LastNumber.In(AnswerMarker.InReference(reference, Marker));

    /// <inheritdoc/>
    public string? FaultOf(string reference) => LastNumber.In(AnswerMarker.InReference(reference, Marker)) is null
        ? $"'{reference}' does not end with a number"
        : null;
}
