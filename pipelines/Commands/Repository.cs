namespace MlNetLlm.Pipelines.Commands;

/// <summary>Finds the checkout the command runs in.</summary>
internal static class Repository
{
    /// <summary>Where the command writes unless told otherwise: artifacts/ of the checkout, or of the working folder outside one.</summary>
    public static string Artifacts()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MlNetLlm.sln"))) return Path.Combine(folder.FullName, "artifacts");
        return Path.Combine(Environment.CurrentDirectory, "artifacts");
    }
}
