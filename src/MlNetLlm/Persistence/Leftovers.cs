namespace MlNetLlm.Persistence;

/// <summary>Tidying that must never hide the failure it follows.</summary>
internal static class Leftovers
{
    /// <summary>Deletes what a failed or finished write left. Where the disk refuses, the next write tidies up instead.</summary>
    public static void TryDelete(IFileSystem fileSystem, string path) => Try(() => fileSystem.Delete(path));

    /// <summary>Runs an action and lets go of a disk error.</summary>
    public static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
