using System.Diagnostics;
using MlNetLlm.Rewards;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>
/// Runs code that a model wrote, followed by its problem's tests, in a folder of its own with a time limit. Whoever sets the command
/// accepts that the code has this process's rights.
/// </summary>
/// <param name="command">A program that takes a file name.</param>
/// <param name="tests">The tests of each prompt.</param>
internal sealed class PythonTests(string command, IReadOnlyDictionary<string, string> tests) : IProgramInterpreter
{
    /// <summary>The result of code that passes its tests.</summary>
    public const string Passed = "passed";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public bool TryRun(string prompt, string program, out string result)
    {
        result = "";
        if (string.IsNullOrWhiteSpace(program) || !tests.TryGetValue(prompt, out var test)) return false;
        var folder = Directory.CreateTempSubdirectory("mlnetllm-code-");
        try
        {
            var file = Path.Combine(folder.FullName, "answer");
            File.WriteAllText(file, $"{program}\n{test}\n");
            if (!Run(file, folder.FullName)) return false;
            result = Passed;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private bool Run(string file, string folder)
    {
        var start = new ProcessStartInfo(command, [file])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start);
        if (process is null) return false;
        process.StandardInput.Close();
        // Read away, so that a program that writes a lot does not wait for a reader.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (process.WaitForExit(_limit)) return process.ExitCode == 0;
        process.Kill(entireProcessTree: true);
        return false;
    }
}
