using System.Diagnostics;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

/// <summary>The command as a user starts it.</summary>
public sealed class EvaluateCommandTests
{
    [Test]
    public void Evaluate_Stories_PrintsAndWritesTheSameResult_AndGoesOnOnlyWhenTold()
    {
        foreach (var name in new[] { "stories260k", "arc", "gsm8k" })
            if (!DatasetCatalog.Default.Has(name)) Assert.Ignore($"Data set '{name}' is not on this machine.");
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            string[] arguments = ["evaluate", "--model", "stories260k", "--tasks", "arc_easy,gsm8k", "--limit", "4", "--out", folder];
            var (code, json, _) = Run([.. arguments, "--json"]);
            Assert.That(code, Is.Zero);
            Assert.That(json, Is.EqualTo(File.ReadAllText(Path.Combine(folder, "result.json"))));
            var result = StrictJson.Parse<RunResult>(json, "standard output");
            Assert.That(result.Metrics.Where(m => m.StandardError is not null).Select(m => (m.Arm, m.Name, m.N)), Is.EqualTo(new[]
            {
                ("arc_easy", "acc", (long?)4), ("arc_easy", "acc_norm", 4), ("gsm8k", "exact match (number)", 4),
            }));

            var (refused, _, errors) = Run(arguments);
            Assert.That(refused, Is.EqualTo(2));
            Assert.That(errors, Does.Contain("8 samples of an earlier run"));

            var (resumed, table, _) = Run([.. arguments, "--resume"]);
            Assert.That(resumed, Is.Zero);
            Assert.That(table, Does.Contain("the chance level 0.250"));
            var again = StrictJson.ReadFile<RunResult>(Path.Combine(folder, "result.json"));
            Assert.That(again.Metrics, Is.EqualTo(result.Metrics));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Evaluate_IntoAFolderAtWork_IsRefused()
    {
        foreach (var name in new[] { "stories260k", "arc" })
            if (!DatasetCatalog.Default.Has(name)) Assert.Ignore($"Data set '{name}' is not on this machine.");
        using var folder = new TemporaryFolder();
        using var held = FolderLock.Take(folder.Path);
        var (code, _, errors) = Run(
            ["evaluate", "--model", "stories260k", "--tasks", "arc_easy", "--limit", "1", "--out", folder.Path]);
        Assert.That((code, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain($"Another process is at work on '{folder.Path}'"));
        Assert.That(folder.Names(), Is.EqualTo(new[] { FolderLock.Name }), "nothing was written");
    }

    private static (int Code, string Output, string Errors) Run(IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
