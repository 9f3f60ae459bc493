using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What a sweep has decided and learned, in order: a plan, then proposals and outcomes. Reading it back in order brings a tuner into the
/// state it was in. One process writes it at a time.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    public const string FileName = "trials.log";
    private const string LockName = ".sweep.lock";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly FolderLock _lock;
    private readonly RecordLog _log;

    private SweepJournal(FolderLock held, RecordLog log) => (_lock, _log) = (held, log);

    /// <summary>Opens a sweep's journal for writing.</summary>
    /// <exception cref="InvalidOperationException">Another process is at work on this sweep.</exception>
    public static SweepJournal Open(IFileSystem files, string folder)
    {
        var held = FolderLock.Take(folder, LockName);
        return new SweepJournal(held, RecordLog.Open(files, Path.Combine(folder, FileName)));
    }

    /// <summary>The entries of the latest plan, which is the first of them; a torn one at the end is none.</summary>
    public static IReadOnlyList<SweepEntry> Read(string folder)
    {
        var all = RecordLog.Read(Path.Combine(folder, FileName)).Records
            .Select(r => JsonSerializer.Deserialize<SweepEntry>(r.Span, _json)!).ToList();
        return all[Math.Max(0, all.FindLastIndex(e => e.Plan is not null))..];
    }

    /// <summary>Appends an entry; it survives losing power.</summary>
    public void Append(SweepEntry entry) => _log.Append(JsonSerializer.SerializeToUtf8Bytes(entry, _json));

    public void Dispose()
    {
        _log.Dispose();
        _lock.Dispose();
    }
}

/// <summary>One entry: the plan, a proposal or an outcome; the others are null.</summary>
internal sealed record SweepEntry(string? Plan = null, TrialRequest? Proposed = null, TrialOutcome? Ended = null);
