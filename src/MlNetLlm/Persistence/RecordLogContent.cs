namespace MlNetLlm.Persistence;

/// <summary>What a <see cref="RecordLog"/> holds.</summary>
/// <param name="Records">The intact records, in order.</param>
/// <param name="Lost">Ranges of bytes without an intact record: damage, or at the end the torn record of a killed writer.</param>
public sealed record RecordLogContent(IReadOnlyList<ReadOnlyMemory<byte>> Records, IReadOnlyList<LostRange> Lost);

/// <summary>A range of a log's bytes that holds no intact record.</summary>
/// <param name="From">The first byte.</param>
/// <param name="To">The byte after the last.</param>
/// <param name="RecordsBefore">How many intact records stand before it.</param>
public sealed record LostRange(long From, long To, int RecordsBefore)
{
    /// <summary>The range in words.</summary>
    /// <returns>Such as "bytes 120 to 151 (after record 4) hold no intact record".</returns>
    public override string ToString() => $"bytes {From} to {To - 1} (after record {RecordsBefore}) hold no intact record";
}
