using System.CommandLine;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>The option that says where the runs are.</summary>
internal static class RunsOption
{
    public static Option<string?> Create() => new("--runs") { Description = "Folder with the runs (default: artifacts/runs)" };

    /// <summary>The store it names. The default folder may be absent, where there are no runs yet; one that was given may not.</summary>
    /// <exception cref="ArgumentException">The folder given is not there.</exception>
    public static RunStore Store(this ParseResult parsed, Option<string?> runs)
    {
        var given = parsed.GetValue(runs);
        if (given is not null && !Directory.Exists(given))
            throw new ArgumentException($"--runs is '{given}', and there is no such folder. Name the folder that holds the runs' folders.");
        return new RunStore(given ?? Path.Combine(Repository.Artifacts(), "runs"));
    }
}
