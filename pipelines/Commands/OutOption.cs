namespace MlNetLlm.Pipelines.Commands;

/// <summary>The folder that --out names.</summary>
internal static class OutOption
{
    /// <summary>Its full path; nothing is made yet.</summary>
    /// <exception cref="ArgumentException">It is empty, or a file is in its way.</exception>
    public static string Checked(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder)) throw new ArgumentException("--out is empty. Name a folder.");
        var full = Path.GetFullPath(folder);
        for (var part = full; part is not null; part = Path.GetDirectoryName(part))
            if (File.Exists(part)) throw new ArgumentException($"--out is '{folder}', but '{part}' is a file. Name a folder.");
        return full;
    }

    /// <summary>Makes it where it is not there.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="ArgumentException">It is empty, a file is in its way, or no folder can be made there.</exception>
    public static string Made(string folder)
    {
        try
        {
            return Directory.CreateDirectory(Checked(folder)).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException(
                $"--out is '{folder}', where no folder can be made. Name one in a place that you may write to.", error);
        }
    }
}
