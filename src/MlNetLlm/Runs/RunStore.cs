using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>
/// The runs of a folder, one folder each. Nothing is shared between runs, so any number of processes may add runs and records at a time;
/// an index over them is rebuilt from the folders and never the only copy.
/// </summary>
public sealed class RunStore
{
    private readonly IFileSystem _files;

    /// <summary>Opens a store; its folder is made when it is not there.</summary>
    /// <param name="folder">The folder with one folder a run.</param>
    /// <param name="files">Where to write; null = this machine's disk.</param>
    public RunStore(string folder, IFileSystem? files = null)
    {
        _files = files ?? FileSystems.Default;
        Folder = Path.GetFullPath(folder);
        if (!_files.Exists(Folder)) _files.CreateFolder(Folder);
    }

    /// <summary>The folder with one folder a run.</summary>
    public string Folder { get; }

    /// <summary>All runs, by id. A folder without a run is none.</summary>
    public IReadOnlyList<StoredRun> All() =>
        [.. Directory.EnumerateDirectories(Folder).Where(StoredRun.IsRun).Order(StringComparer.Ordinal).Select(StoredRun.Open)];

    /// <summary>The run of an id, or null. The id is compared with the folders there are, and is never part of a path.</summary>
    public StoredRun? Own(string id) =>
        Directory.EnumerateDirectories(Folder).FirstOrDefault(path => Path.GetFileName(path) == id && StoredRun.IsRun(path)) is { } own
            ? StoredRun.Open(own) : null;

    /// <summary>Finds a run by its id in this store, or by its folder anywhere.</summary>
    /// <exception cref="ArgumentException">There is no such run; the nearest id is named.</exception>
    public StoredRun Find(string run)
    {
        if (IsPlainName(run) && Path.Combine(Folder, run) is var own && StoredRun.IsRun(own)) return StoredRun.Open(own);
        if (StoredRun.IsRun(run)) return StoredRun.Open(run);
        var known = Directory.EnumerateDirectories(Folder).Where(StoredRun.IsRun).Select(path => Path.GetFileName(path)).ToList();
        var hint = Nearest.To(run, known) is { } nearest ? $"Did you mean '{nearest}'?"
            : known.Count == 0 ? "There are no runs yet." : $"mlnetllm list shows the {known.Count} there are.";
        throw new ArgumentException($"There is no run '{run}' in '{Folder}', and no run's folder of that name. {hint}");
    }

    /// <summary>
    /// The ids of runs of one name, in the order in which they are taken: the name, then the name with -2, -3 and so on, without an end.
    /// </summary>
    /// <param name="name">The name.</param>
    public static IEnumerable<string> Ids(string name)
    {
        yield return name;
        for (var number = 2; ; number++) yield return $"{name}-{number}";
    }

    /// <summary>The first id of a name that no finished run has.</summary>
    /// <param name="name">The name.</param>
    public string FreeId(string name) => Ids(name).First(id => !IsFinished(id));

    /// <summary>Takes the folder of the first id of a name that has neither a finished run nor one at work.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The lock on the folder.</returns>
    public FolderLock TakeFree(string name) => Ids(name).Select(TakeUnfinished).OfType<FolderLock>().First();

    private FolderLock? TakeUnfinished(string id)
    {
        if (IsFinished(id) || FolderLock.TryTake(Path.Combine(Folder, id)) is not { } held) return null;
        if (!IsFinished(id)) return held;
        held.Dispose();   // it has just finished
        return null;
    }

    private bool IsFinished(string id) => File.Exists(Path.Combine(Folder, id, StoredRun.ResultFile));

    private static bool IsPlainName(string run) => run.Length > 0 && run is not ("." or "..") && run == Path.GetFileName(run);
}
