using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// The processes that worked on a run, one after the other, kept in a file of its folder. A run that was stopped and resumed took the time
/// of all of them; and all ran on the same, for otherwise no repetition could give its numbers again.
/// </summary>
internal sealed class RunSessions(RunRequest request, TimeProvider clock)
{
    private const string FileName = "sessions.json";

    private readonly long _start = clock.GetTimestamp();
    private readonly Lazy<RunEnvironment> _environment = new(RunEnvironments.Current);
    private readonly IReadOnlyList<RunSession> _earlier = request.Resume ? Read(request.Out) : [];
    private bool _begun;

    /// <summary>Notes that this process is at work on the folder; until then nothing is written.</summary>
    public void Begin()
    {
        _begun = true;
        Save();
    }

    /// <summary>Keeps what this process has given so far.</summary>
    public void Save()
    {
        if (!_begun) return;
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(request.Out, FileName), StrictJson.ToBytes(All()));
    }

    /// <summary>All of them as one: the sum of the seconds, the largest memory, every commit.</summary>
    public RunSession Total()
    {
        var all = All();
        var commits = string.Join(", ", all.Select(session => session.Environment.Commit).Distinct());
        return new RunSession(_environment.Value with { Commit = commits }, Math.Round(all.Sum(session => session.Seconds), 2),
            all.Max(session => session.PeakMemoryMiB));
    }

    /// <summary>Checks that this process would go on with what the earlier ones of a folder began; nothing is written.</summary>
    /// <exception cref="InvalidOperationException">It would give other bits than they.</exception>
    public static void Check(string folder)
    {
        if (Read(folder) is not [.., var last]) return;
        if (Reproduction.DecidingBits(last.Environment, RunEnvironments.Current()) is not [var differs, ..]) return;
        var wayOut = differs.Name == "threads" ? $"Resume with --threads {differs.Left}"
            : "Resume on such a machine, with the packages and variables of then";
        throw new InvalidOperationException($"'{folder}' was begun with {differs.Name} {differs.Left}, and this process has "
            + $"{differs.Right}: no repetition could give the numbers of both. {wayOut}, or choose another --out.");
    }

    /// <summary>The threads that the run of a folder was begun with; null where that is not known.</summary>
    public static int? Threads(string folder) => Read(folder) is [.., var last] ? last.Environment.Threads : null;

    private List<RunSession> All() =>
    [
        .. _earlier,
        new(_environment.Value, Math.Round(clock.GetElapsedTime(_start).TotalSeconds, 2), Math.Round(PeakMemory.OfProcessMiB())),
    ];

    private static IReadOnlyList<RunSession> Read(string folder) => Path.Combine(folder, FileName) is var file && File.Exists(file)
        ? StrictJson.ReadFile<List<RunSession>>(file) : [];
}
