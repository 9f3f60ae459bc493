using System.Diagnostics;

namespace MlNetLlm.Tests.Contracts;

/// <summary>Starts tests/ChildProcess: a process of its own, which a test may kill.</summary>
internal static class ChildProcess
{
    private static string Program { get; } = Find();

    /// <summary>Starts it with its output and input in the test's hands.</summary>
    public static Process Start(params IEnumerable<string> arguments) => StartWith([], arguments);

    private static Process StartWith(IEnumerable<(string Name, string? Value)> settings, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end and gives its output lines.</summary>
    public static IReadOnlyList<string> Run(IEnumerable<string> input, params IEnumerable<string> arguments) => Finish(input,
        Start(arguments));

    /// <summary>
    /// Runs it to its end with environment variables (null: not set), such as DOTNET_GCHeapHardLimit, and gives its output lines.
    /// </summary>
    public static IReadOnlyList<string> RunWith(IEnumerable<(string Name, string? Value)> settings, params IEnumerable<string> arguments) =>
        Finish([], StartWith(settings, arguments));

    private static IReadOnlyList<string> Finish(IEnumerable<string> input, Process started)
    {
        using var process = started;
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var line in input) process.StandardInput.WriteLine(line);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    // tests/MlNetLlm.Tests/bin/Configuration/net10.0 → tests/ChildProcess/bin/Configuration/net10.0
    private static string Find()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var tests = here.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(tests, "ChildProcess", "bin", here.Parent.Name, here.Name, "ChildProcess.dll");
    }
}
