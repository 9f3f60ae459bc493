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

    /// <summary>
    /// The entries of the latest plan, which is the first of them. A record that is lost, torn by a kill or damaged later, is none; and so
    /// is an outcome whose proposal is lost: nobody knows any more what was tried.
    /// </summary>
    public static SweepContent Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        var content = RecordLog.Read(file);
        var (entries, proposed) = (new List<SweepEntry>(), new HashSet<(int Round, int Trial)>());
        foreach (var entry in content.Records.Select(r => JsonSerializer.Deserialize<SweepEntry>(r.Span, _json)!))
        {
            if (entry.Ended is { } outcome && !proposed.Contains((outcome.Round, outcome.Trial))) continue;
            // A sweep proposes nothing twice: here another one began, whose plan is lost.
            if (entry.Plan is not null || (entry.Proposed is { } request && !proposed.Add((request.Round, request.Trial))))
            {
                entries.Clear();
                proposed.Clear();
                if (entry.Proposed is { } first) proposed.Add((first.Round, first.Trial));
            }
            entries.Add(entry);
        }
        return new SweepContent(file, entries, content.Lost);
    }

    /// <summary>Appends an entry; it survives losing power.</summary>
    public void Append(SweepEntry entry) => _log.Append(JsonSerializer.SerializeToUtf8Bytes(entry, _json));

    public void Dispose() => _log.Dispose();
}

/// <summary>One entry: the plan, a proposal or an outcome; the others are null.</summary>
internal sealed record SweepEntry(string? Plan = null, TrialRequest? Proposed = null, TrialOutcome? Ended = null);

/// <summary>What a journal holds.</summary>
/// <param name="File">The journal's file.</param>
/// <param name="Entries">The entries of the latest plan, in order.</param>
/// <param name="Lost">Ranges of the file without an intact record.</param>
internal sealed record SweepContent(string File, IReadOnlyList<SweepEntry> Entries, IReadOnlyList<LostRange> Lost)
{
    /// <summary>The plan as JSON; null where there is none or it is lost.</summary>
    public string? Plan => Entries is [{ Plan: { } plan }, ..] ? plan : null;

    /// <summary>What is lost, as the beginning of a sentence.</summary>
    public string Damage => $"'{File}' is damaged: {string.Join(", ", Lost)}";
}
