namespace MlNetLlm.Persistence;

/// <summary>
/// Keeps a folder to one process at a time by an open file in it. The system lets go of it when the process ends, however that ends.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>The lock's file in a folder.</summary>
    public const string Name = ".run.lock";

    private readonly FileStream _held;

    private FolderLock(string folder, FileStream held) => (Folder, _held) = (folder, held);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Takes a folder; it is made when it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>What keeps the folder until it is disposed of.</returns>
    /// <exception cref="InvalidOperationException">Another process is at work on the folder.</exception>
    public static FolderLock Take(string folder) => TryTake(folder) ?? throw new InvalidOperationException(
        $"Another process is at work on '{Path.GetFullPath(folder)}'. Wait for it, stop it, or choose another folder.");

    /// <summary>Takes a folder, or says that another process has it.</summary>
    /// <param name="folder">The folder; it is made when it is not there.</param>
    /// <returns>Null when another process is at work on it.</returns>
    public static FolderLock? TryTake(string folder)
    {
        var full = Path.GetFullPath(folder);
        Directory.CreateDirectory(full);
        try
        {
            return new FolderLock(
                full, new FileStream(Path.Combine(full, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }
    }

    // What the system says of a file that another process keeps to itself: a sharing violation, or EWOULDBLOCK, as .NET hands it on. Any
    // other fault, such as a full disk, is not another process's, and waiting for one would never end.
    private static bool IsHeld(IOException error) => error.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
        : OperatingSystem.IsMacOS() ? 35 : 11);

    /// <summary>Lets go of the folder.</summary>
    public void Dispose() => _held.Dispose();
}
