using System.Diagnostics;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>Debian's Chromium without a window.</summary>
internal static class Browser
{
    private static readonly string? _program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Loads a page, lets its scripts run, and gives the document as it then stands with what was said on the console.</summary>
    public static (string Document, IReadOnlyList<string> Console) Load(string address, bool dark = false) =>
        Run(address, dark, "--dump-dom");

    /// <summary>Takes a picture of a page.</summary>
    public static void Picture(string address, string file, bool dark = false) =>
        Run(address, dark, $"--screenshot={file}", "--window-size=1300,3200");

    private static (string, IReadOnlyList<string>) Run(string address, bool dark, params IEnumerable<string> more)
    {
        if (_program is null) Assert.Ignore("Chromium is not here: apt-get install chromium.");
        var profile = Directory.CreateTempSubdirectory("mlnetllm-browser-").FullName;
        using var process = Process.Start(new ProcessStartInfo(_program!,
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=5000",
            $"--user-data-dir={profile}", .. dark ? new[] { "--blink-settings=preferredColorScheme=0" } : [], .. more, address,
        ])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var document = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Directory.Delete(profile, recursive: true);
        return (document, [.. errors.Result.Split('\n').Where(line => line.Contains(":CONSOLE", StringComparison.Ordinal))]);
    }
}
