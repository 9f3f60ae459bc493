using System.Diagnostics;
using System.Globalization;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>The process's largest resident memory, for a whole run or (on Linux) since a moment.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string Clear = "/proc/self/clear_refs";

    private static double _beforeRestart;

    /// <summary>Starts the measurement anew where the system can; elsewhere it goes on from the process's start.</summary>
    public static void Restart()
    {
        _beforeRestart = OfProcessMiB();
        try
        {
            if (File.Exists(Clear)) File.WriteAllText(Clear, "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A container may forbid it: the figure then covers the whole process so far.
        }
    }

    /// <summary>The peak of the whole process, MiB.</summary>
    public static double OfProcessMiB() => Math.Max(_beforeRestart, MiB());

    /// <summary>The peak since the last restart, MiB.</summary>
    public static double MiB()
    {
        if (File.Exists(Status) && File.ReadLines(Status)
            .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
            return double.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) / 1024;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1024.0 * 1024.0);
    }
}
