using System.Security.Cryptography;

namespace MlNetLlm.Persistence;

/// <summary>
/// Writes a folder of files so that a reader finds the old folder or the new one, whole and unmixed, whatever happens in between.
/// </summary>
/// <remarks>
/// The way: write everything to <c>.name.tmp</c> beside the folder, flush each file, write <c>marker.json</c> with the length and
/// SHA-256 of each, rename an older folder to <c>.name.old</c>, rename the new one into place, delete the older. Readers trust only the
/// marker.
/// A process killed between the two renames leaves no folder but a whole <c>.name.old</c>, which <see cref="Open"/> then returns.
/// Leftovers never block the next write: it starts by tidying them. One writer a folder at a time.
/// </remarks>
public static class AtomicFolder
{
    /// <summary>The file that lists and so completes a folder.</summary>
    public const string MarkerName = "marker.json";

    /// <summary>Replaces a folder by what a callback writes.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="folder">The folder to replace or make.</param>
    /// <param name="write">Writes the files, through the same file system, into the temporary folder it is given.</param>
    public static void Write(IFileSystem fileSystem, string folder, Action<string> write)
    {
        var (full, temporary, older) = Paths(folder);
        Recover(fileSystem, full, temporary, older);
        try
        {
            fileSystem.CreateFolder(temporary);
            write(temporary);
            Complete(fileSystem, temporary);
            Publish(fileSystem, full, temporary, older);
        }
        catch
        {
            Leftovers.Try(() => Recover(fileSystem, full, temporary, older));
            throw;
        }
        fileSystem.SyncFolder(Path.GetDirectoryName(full)!);
        Leftovers.TryDelete(fileSystem, older);
    }

    /// <summary>Says whether a folder was ever completed (its contents are not checked).</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when <see cref="Open"/> would find a marker.</returns>
    public static bool Exists(string folder) => Current(folder) is not null;

    /// <summary>Finds a folder's newest complete version and checks every file in its marker.</summary>
    /// <param name="folder">The folder, as given to <see cref="Write"/>.</param>
    /// <returns>The path to read from: the folder itself, or the older version where a killed write left only that.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no complete version.</exception>
    /// <exception cref="InvalidDataException">A file differs from the marker.</exception>
    public static string Open(string folder)
    {
        var current = Current(folder) ?? throw new DirectoryNotFoundException(
            $"Folder '{folder}' is not there or was never completed: it has no {MarkerName}. Write it again, or name another folder.");
        Verify(current);
        return current;
    }

    /// <summary>Checks that every file in a folder's marker is there with the length and SHA-256 it was written with.</summary>
    /// <param name="folder">A folder with a marker.</param>
    /// <exception cref="InvalidDataException">The marker is damaged, or a file is missing or differs.</exception>
    public static void Verify(string folder)
    {
        foreach (var file in FolderMarker.Read(Path.Combine(folder, MarkerName)).Files)
        {
            var path = Path.Combine(folder, file.Name.Replace('/', Path.DirectorySeparatorChar));
            if (!File.Exists(path))
                throw new InvalidDataException($"File '{path}' is missing, though {MarkerName} lists it.");
            if (new FileInfo(path).Length is var length && length != file.Length)
                throw new InvalidDataException(
                    $"File '{path}' has {length} bytes, {MarkerName} says {file.Length}. The file was changed or cut.");
            if (Sha256(path) is var sha256 && sha256 != file.Sha256)
                throw new InvalidDataException(
                    $"File '{path}' has SHA-256 {sha256}, {MarkerName} says {file.Sha256}. The file was changed.");
        }
    }

    /// <summary>
    /// Deletes a folder, its marker first: a process killed meanwhile leaves nothing that a reader would take for complete.
    /// </summary>
    /// <param name="fileSystem">Where to delete.</param>
    /// <param name="folder">The folder; nothing happens when it is not there.</param>
    public static void Delete(IFileSystem fileSystem, string folder)
    {
        var (full, temporary, older) = Paths(folder);
        Recover(fileSystem, full, temporary, older);
        fileSystem.Delete(Path.Combine(full, MarkerName));
        fileSystem.Delete(full);
    }

    private static (string Full, string Temporary, string Older) Paths(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(full)
            ?? throw new ArgumentException($"'{folder}' names no folder that can be replaced.", nameof(folder));
        var name = Path.GetFileName(full);
        return (full, Path.Combine(parent, $".{name}.tmp"), Path.Combine(parent, $".{name}.old"));
    }

    private static string? Current(string folder)
    {
        var (full, _, older) = Paths(folder);
        if (File.Exists(Path.Combine(full, MarkerName)))
            return full;
        return !Directory.Exists(full) && File.Exists(Path.Combine(older, MarkerName)) ? older : null;
    }

    private static void Recover(IFileSystem fileSystem, string full, string temporary, string older)
    {
        if (fileSystem.Exists(temporary))
            fileSystem.Delete(temporary);
        if (!fileSystem.Exists(older))
            return;
        if (fileSystem.Exists(full))
            fileSystem.Delete(older);
        else
            fileSystem.MoveFolder(older, full);
    }

    private static void Complete(IFileSystem fileSystem, string temporary)
    {
        var files = new List<FolderFile>();
        foreach (var path in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using (var stream = fileSystem.Append(path))
                fileSystem.Flush(stream);
            var name = Path.GetRelativePath(temporary, path).Replace(Path.DirectorySeparatorChar, '/');
            files.Add(new FolderFile(name, new FileInfo(path).Length, Sha256(path)));
        }
        using (var stream = fileSystem.Create(Path.Combine(temporary, MarkerName)))
        {
            stream.Write(new FolderMarker(FolderMarker.CurrentFormat, files).ToJson());
            fileSystem.Flush(stream);
        }
        foreach (var inner in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories))
            fileSystem.SyncFolder(inner);
        fileSystem.SyncFolder(temporary);
    }

    private static void Publish(IFileSystem fileSystem, string full, string temporary, string older)
    {
        if (fileSystem.Exists(full))
            fileSystem.MoveFolder(full, older);
        fileSystem.MoveFolder(temporary, full);
    }

    private static string Sha256(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
