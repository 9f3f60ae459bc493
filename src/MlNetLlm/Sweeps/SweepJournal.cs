using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What a sweep has decided and learned, in order: a plan, then proposals and outcomes. Reading it back in order brings a tuner into the
/// state it was in. One process writes it at a time: the one that holds the lock on the sweep's folder.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    public const string FileName = "trials.log";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly RecordLog _log;

    private SweepJournal(RecordLog log) => _log = log;

    /// <summary>Opens the journal of a sweep's folder for writing.</summary>
    public static SweepJournal Open(IFileSystem files, string folder) => new(RecordLog.Open(files, Path.Combine(folder, FileName)));

    /// <summary>The entries of the latest plan, which is the first of them; a torn one at the end is none.</summary>
    public static IReadOnlyList<SweepEntry> Read(string folder)
    {
        var all = RecordLog.Read(Path.Combine(folder, FileName)).Records
            .Select(r => JsonSerializer.Deserialize<SweepEntry>(r.Span, _json)!).ToList();
        return all[Math.Max(0, all.FindLastIndex(e => e.Plan is not null))..];
    }

    /// <summary>Appends an entry; it survives losing power.</summary>
    public void Append(SweepEntry entry) => _log.Append(JsonSerializer.SerializeToUtf8Bytes(entry, _json));

    public void Dispose() => _log.Dispose();
}

/// <summary>One entry: the plan, a proposal or an outcome; the others are null.</summary>
internal sealed record SweepEntry(string? Plan = null, TrialRequest? Proposed = null, TrialOutcome? Ended = null);
