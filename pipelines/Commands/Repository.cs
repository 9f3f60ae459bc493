namespace MlNetLlm.Pipelines.Commands;

/// <summary>Finds the checkout the command runs in.</summary>
internal static class Repository
{
    /// <summary>The checkout: the folder of MlNetLlm.sln above the program; null outside one.</summary>
    public static string? Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MlNetLlm.sln"))) folder = folder.Parent;
        return folder?.FullName;
    }

    /// <summary>Where the command writes unless told otherwise: artifacts/ of the checkout, or of the working folder outside one.</summary>
    public static string Artifacts() => Path.Combine(Root() ?? Environment.CurrentDirectory, "artifacts");
}
