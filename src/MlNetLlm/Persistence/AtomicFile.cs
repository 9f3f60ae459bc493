using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MlNetLlm.Persistence;

/// <summary>Writes one file so that a reader finds the old content or the new one, whole, whatever happens in between.</summary>
/// <remarks>The way: write <c>.name.process-thread.tmp</c> beside it, flush to disk, rename over the old file, flush the folder. Writers at
/// a time never share a temporary file: the last to rename wins. One that a process of this machine left when it was killed is deleted by
/// the next write.</remarks>
public static class AtomicFile
{
    private const string Extension = ".tmp";

    /// <summary>Replaces a file's text, as UTF-8 without a byte-order mark.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="text">The new content.</param>
    public static void WriteAllText(IFileSystem fileSystem, string path, string text)
        => WriteAllBytes(fileSystem, path, Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces a file's bytes.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="bytes">The new content.</param>
    public static void WriteAllBytes(IFileSystem fileSystem, string path, ReadOnlyMemory<byte> bytes)
        => Write(fileSystem, path, stream => stream.Write(bytes.Span));

    /// <summary>Replaces a file's content by what a callback writes, for content too large to hold in memory.</summary>
    /// <param name="fileSystem">Where to write.</param>
    /// <param name="path">The file; its folder is made when it is not there.</param>
    /// <param name="write">Writes the content to the stream it is given, which is unbuffered: write large pieces.</param>
    public static void Write(IFileSystem fileSystem, string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)
            ?? throw new ArgumentException($"'{path}' names no file that can be written.", nameof(path));
        var start = $".{Path.GetFileName(full)}.";
        var temporary = Path.Combine(folder, $"{start}{Environment.ProcessId}-{Environment.CurrentManagedThreadId}{Extension}");
        if (fileSystem.Exists(folder))
            TidyUp(fileSystem, folder, start);
        else
            fileSystem.CreateFolder(folder);
        try
        {
            using (var stream = fileSystem.Create(temporary))
            {
                write(stream);
                fileSystem.Flush(stream);
            }
            fileSystem.Move(temporary, full);
        }
        catch
        {
            Leftovers.TryDelete(fileSystem, temporary);
            throw;
        }
        fileSystem.SyncFolder(folder);
    }

    private static void TidyUp(IFileSystem fileSystem, string folder, string start)
    {
        foreach (var path in Directory.EnumerateFiles(folder, $"{start}*{Extension}"))
        {
            var writer = Path.GetFileName(path)[start.Length..].Split('-');
            if (writer.Length == 2 && int.TryParse(writer[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && !IsThere(process))
                Leftovers.TryDelete(fileSystem, path);
        }
    }

    private static bool IsThere(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
