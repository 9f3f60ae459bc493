using System.Security.Cryptography;
using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>
/// The SHA-256 of what a finished run's folder says of itself, so that a change of one bit is noticed before the run is repeated.
/// </summary>
public static class RunSeal
{
    /// <summary>The seal's file.</summary>
    public const string FileName = "run.seal.json";

    private static readonly string[] _sealed = [StoredRun.ManifestFile, StoredRun.ResultFile];

    /// <summary>Seals a run's folder.</summary>
    public static void Write(IFileSystem files, string folder)
    {
        var marker = new FolderMarker(FolderMarker.CurrentFormat,
            [.. _sealed.Where(name => File.Exists(Path.Combine(folder, name))).Select(name => Measure(folder, name))]);
        AtomicFile.WriteAllBytes(files, Path.Combine(folder, FileName), marker.ToJson());
    }

    /// <summary>Checks a folder against its seal.</summary>
    /// <returns>False when the folder has none.</returns>
    /// <exception cref="InvalidDataException">A file differs from the seal, or the seal is damaged.</exception>
    public static bool Check(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return false;
        foreach (var file in FolderMarker.Read(path).Files)
        {
            if (!File.Exists(Path.Combine(folder, file.Name)))
                throw new InvalidDataException($"'{folder}' has lost '{file.Name}', which its seal lists.");
            if (Measure(folder, file.Name) != file)
                throw new InvalidDataException(
                    $"'{Path.Combine(folder, file.Name)}' was changed after the run: its SHA-256 is not the one in {FileName}.");
        }
        return true;
    }

    private static FolderFile Measure(string folder, string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, name));
        return new FolderFile(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
