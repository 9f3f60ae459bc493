using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace MlNetLlm.Persistence;

/// <summary>Writes one file so that a reader finds the old content or the new one, whole, whatever happens in between.</summary>
/// <remarks>
/// The way: write <c>.name.machine-process-thread.tmp</c> beside it, flush to disk, rename over the old file, flush the folder. Writers
/// at a time never share a temporary file: the last to rename wins. What a killed process of this machine left in a folder is deleted when
/// another process first writes there. What carries another machine's name stays, for nobody here can tell whether its writer lives: a
/// shared folder may keep the leftovers of a machine that never comes back, but no writer ever loses its file.
/// </remarks>
public static partial class AtomicFile
{
    private const string Extension = ".tmp";

    // As a part of a file's name that no dash or dot ends.
    private static readonly string _machine = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    // The folders in which this process has looked for leftovers.
    private static readonly ConditionalWeakTable<IFileSystem, ConcurrentDictionary<string, bool>> _tidied = [];

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
        var writer = $"{_machine}-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}";
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{writer}{Extension}");
        if (fileSystem.Exists(folder))
            TidyUp(fileSystem, folder);
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

    private static void TidyUp(IFileSystem fileSystem, string folder)
    {
        if (!_tidied.GetOrCreateValue(fileSystem).TryAdd(folder, true)) return;
        foreach (var path in fileSystem.Files(folder, $".*.{_machine}-*{Extension}"))
            if (Temporary().Match(Path.GetFileName(path)) is { Success: true } name && name.Groups["machine"].Value == _machine
                && int.TryParse(name.Groups["process"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && !IsThere(process))
                Leftovers.TryDelete(fileSystem, path);
    }

    [GeneratedRegex(@"^\..+\.(?<machine>[^.-]+)-(?<process>[0-9]+)-[0-9]+\.tmp$")]
    private static partial Regex Temporary();

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
