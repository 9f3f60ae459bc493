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

    /// <summary>An id that no finished run has: the name itself, or the name with the next free number.</summary>
    public string FreeId(string name)
    {
        var id = name;
        for (var number = 2; File.Exists(Path.Combine(Folder, id, StoredRun.ResultFile)); number++) id = $"{name}-{number}";
        return id;
    }

    private static bool IsPlainName(string run) => run.Length > 0 && run is not ("." or "..") && run == Path.GetFileName(run);
}
