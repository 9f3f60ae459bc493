using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>A run's folder: run.json (what was asked), result.json (what came out), records/ (what happened on the way).</summary>
public sealed class StoredRun
{
    /// <summary>The file with what came out.</summary>
    public const string ResultFile = "result.json";

    /// <summary>The file with what was asked.</summary>
    public const string ManifestFile = "run.json";

    private readonly Lazy<RunResult?> _result;

    private StoredRun(string folder)
    {
        Folder = Path.GetFullPath(folder);
        var file = Path.Combine(Folder, ResultFile);
        _result = new Lazy<RunResult?>(() => File.Exists(file) ? StrictJson.ReadFile<RunResult>(file) : null);
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>The run's id: its folder's name.</summary>
    public string Id => Path.GetFileName(Folder);

    /// <summary>What came out; null while the run goes on, or when it was broken off.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RunResult? Result => _result.Value;

    /// <summary>What was asked; null for a folder with a result alone.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RunManifest? Manifest
    {
        get
        {
            var file = Path.Combine(Folder, ManifestFile);
            return File.Exists(file) ? StrictJson.ReadFile<RunManifest>(file) : null;
        }
    }

    /// <summary>Whether a folder is a run's.</summary>
    public static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, ResultFile)) || File.Exists(Path.Combine(folder, ManifestFile));

    /// <summary>Opens a run's folder. Its files are read when asked for.</summary>
    public static StoredRun Open(string folder) => new(folder);

    /// <summary>Writes what was asked, before the run begins; a seal of an earlier result goes.</summary>
    public static StoredRun Begin(IFileSystem files, string folder, RunManifest manifest)
    {
        files.Delete(Path.Combine(folder, RunSeal.FileName));
        AtomicFile.WriteAllBytes(files, Path.Combine(folder, ManifestFile), StrictJson.ToBytes(manifest));
        return Open(folder);
    }

    /// <summary>Writes what came out and seals the run.</summary>
    public static void Finish(IFileSystem files, string folder, RunResult result)
    {
        AtomicFile.WriteAllBytes(files, Path.Combine(folder, ResultFile), StrictJson.ToBytes(result));
        RunSeal.Write(files, folder);
    }

    /// <summary>The metric records of all processes that wrote some, and what was lost of them.</summary>
    public RunRecords Records() => RunRecords.Read(Folder);
}
