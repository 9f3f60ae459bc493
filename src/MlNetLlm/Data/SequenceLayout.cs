using System.Globalization;

namespace MlNetLlm.Data;

/// <summary>How sequences are stored and belong together.</summary>
internal sealed record SequenceLayout
{
    /// <summary>Numbers stored for a token: 1, or 2 where the targets stand behind a sequence's tokens.</summary>
    public int NumbersPerToken { get; init; } = 1;

    /// <summary>Sequences of an item: 1, or as many as a question has choices.</summary>
    public int RowsPerItem { get; init; } = 1;

    /// <summary>The token to pad with.</summary>
    public required long Padding { get; init; }

    /// <summary>How many targets an epoch is expected to count.</summary>
    public required double CountedPerEpoch { get; init; }

    /// <summary>Its text in the fingerprints of batches, the same under every culture.</summary>
    public string Identity() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(SequenceLayout)} {{ {nameof(NumbersPerToken)} = {NumbersPerToken}, {nameof(RowsPerItem)} = {RowsPerItem}, "
        + $"{nameof(Padding)} = {Padding}, {nameof(CountedPerEpoch)} = {CountedPerEpoch} }}");
}
