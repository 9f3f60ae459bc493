namespace MlNetLlm.Pipelines.Sweeps;

/// <summary>How a trial's process is started.</summary>
/// <param name="File">The program.</param>
/// <param name="First">What comes before the command's own arguments.</param>
internal sealed record TrialProgram(string File, IReadOnlyList<string> First)
{
    /// <summary>The program that is running now.</summary>
    public static TrialProgram Current => Of(Environment.ProcessPath, typeof(TrialProgram).Assembly.Location);

    /// <summary>A command by the process that runs it: dotnet is told its assembly, a program of its own is the command itself.</summary>
    public static TrialProgram Of(string? process, string assembly) =>
        process is null || string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.OrdinalIgnoreCase)
            ? new(process ?? "dotnet", [assembly]) : new(process, []);
}
