using System.Diagnostics;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>The mlnetllm command as a process of its own.</summary>
internal static class Command
{
    public static Process Start(params IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo("dotnet",
        [Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines.dll"), .. arguments])
    {
        RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    public static (int Exit, string Output, string Errors) Run(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>The main job in its smallest form: one arm, a few rows.</summary>
    public static IReadOnlyList<string> TinySvf { get; } =
    [
        "--set", "arms=[\"svf-mlp\"]", "--set", "testRows=10", "--set", "validationRows=5", "--set", "oldDomainTexts=2",
        "--set", "pretrainTokens=4000", "--set", "maxTokens=2000",
    ];
}
