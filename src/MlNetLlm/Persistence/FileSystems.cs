namespace MlNetLlm.Persistence;

/// <summary>Where persistent writes go unless a caller says otherwise.</summary>
public static class FileSystems
{
    /// <summary>The file system of this machine.</summary>
    public static IFileSystem Default { get; } = new PhysicalFileSystem();
}
