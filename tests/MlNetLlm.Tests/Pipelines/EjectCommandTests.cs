using System.Diagnostics;
using System.Globalization;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

public sealed class EjectCommandTests
{
    [Test]
    [Category("Slow")]
    public void Eject_OfARun_CompilesAndGivesTheSamePerplexity()
    {
        using var folder = new TemporaryFolder();
        var (run, project) = (Path.Combine(folder.Path, "run"), Path.Combine(folder.Path, "project"));
        var (exit, _, errors) = Command.Run(["run", "svf", "--preset", "smoke", "--threads", "1", "--out", run, .. Command.TinySvf]);
        Assert.That(exit, Is.Zero, errors);
        if (!StoredRun.Open(run).Result!.Data.Any(d => d.Name == "stories260k")) Assert.Ignore("The data set stories260k is not here.");

        (exit, _, errors) = Command.Run("eject", run, "--out", project);
        Assert.That(exit, Is.Zero, errors);
        var lines = DotnetRun(project);
        var perplexity = StoredRun.Open(run).Result!.Metrics.Single(m => m is { Arm: "svf-mlp", Name: "perplexity", Split: "new-domain" });
        Assert.That(lines, Does.Contain($"svf-mlp {perplexity.Value.ToString("R", CultureInfo.InvariantCulture)}"));
        Assert.That(DotnetRun(project, "use", "svf-mlp.zip").Single(), Is.Not.Empty);
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfAResetRun_CompilesAndGivesTheSameScores()
    {
        using var folder = new TemporaryFolder();
        var (run, project) = (Path.Combine(folder.Path, "run"), Path.Combine(folder.Path, "project"));
        var (exit, _, errors) = Command.Run(["run", "reset", "--preset", "smoke", "--threads", "1", "--out", run]);
        Assert.That(exit, Is.Zero, errors);
        (exit, _, errors) = Command.Run("eject", run, "--out", project);
        Assert.That(exit, Is.Zero, errors);

        var lines = DotnetRun(project);
        var scores = StoredRun.Open(run).Result!.Metrics.Where(m => (m.Arm.StartsWith("main/AF,") || m.Arm.StartsWith("main/B0,"))
            && (m.Name == "score" || m.Name == "score, update 8")).ToList();
        Assert.That(scores, Has.Count.EqualTo(42), "two arms, three tasks, language 1 and three others with two data cells");
        Assert.That(lines, Is.EquivalentTo(scores.Select(m =>
            $"{m.Arm}: {m.Name}{(m.Name == "score" ? ", first language" : "")}: {m.Value.ToString("R", CultureInfo.InvariantCulture)}")));
        var text = File.ReadLines(Path.Combine(project, "d2.txt")).First();
        var answers = Answers(project, text, "use", "AF-tagging-d2-480.zip");
        Assert.That(answers.Select(answer => answer.Split('\t')[0]), Is.EqualTo(text.Split(' ')), "an answer for each word of the line");
    }

    [Test]
    public void Eject_IntoAFolderThatIsNotEmpty_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(Path.Combine(folder.Path, "runs")), "run");
        var (exit, _, errors) = Command.Run("eject", run.Folder, "--out", run.Folder);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("is not empty"));
    }

    private static string[] DotnetRun(string project, params IEnumerable<string> arguments) =>
        Answers(project, "To be, or not to be", arguments);

    private static string[] Answers(string project, string input, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet",
            ["run", "--project", Path.Combine(project, "Ejected.csproj"), "-c", "Release", "--", .. arguments])
        {
            WorkingDirectory = project, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.WriteLine(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output + errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
