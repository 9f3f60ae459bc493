using System.CommandLine;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>The option that says where the runs are.</summary>
internal static class RunsOption
{
    public static Option<string> Create() => new("--runs")
    {
        Description = "Folder with the runs (default: artifacts/runs)",
        DefaultValueFactory = _ => Path.Combine(Repository.Artifacts(), "runs"),
    };
}
