using System.Runtime.InteropServices;

namespace MlNetLlm.Persistence;

/// <summary>The disk. Stateless, so one object serves all threads.</summary>
internal sealed partial class PhysicalFileSystem : IFileSystem
{
    private const int Unbuffered = 0;

    public Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, Unbuffered);

    public Stream Append(string path) => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, Unbuffered);

    public void Flush(Stream stream) => ((FileStream)stream).Flush(flushToDisk: true);

    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public void MoveFolder(string from, string to) => Directory.Move(from, to);

    public void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else if (File.Exists(path))
            File.Delete(path);
    }

    public void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
            CreateFolder(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            SyncFolder(parent);
    }

    public bool Exists(string path) => Path.Exists(path);

    public IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern);

    /// <remarks>.NET cannot open a folder, hence the C library. On Windows the file system journals names itself: nothing to do.</remarks>
    public void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = OpenForReading(path, 0);
        if (descriptor < 0)
            throw Failure("open", path);
        try
        {
            if (SyncToDisk(descriptor) != 0)
                throw Failure("flush", path);
        }
        finally
        {
            CloseDescriptor(descriptor);
        }
    }

    private static IOException Failure(string verb, string path)
        => new($"Could not {verb} folder '{path}' to make its entries durable: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenForReading(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncToDisk(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
