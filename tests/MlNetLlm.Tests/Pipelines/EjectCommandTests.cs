using System.Diagnostics;
using System.Globalization;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>A run of each experiment is ejected, built, and run: the numbers must be the run's, bit for bit.</summary>
public sealed class EjectCommandTests
{
    private const string Program = "bin/Release/net10.0/Ejected.dll";

    [Test]
    [Category("Slow")]
    public void Eject_OfARun_CompilesAndGivesTheSamePerplexity()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, ["svf", .. Command.TinySvf, "--set", "arms=[\"svf-mlp\",\"lora-1\",\"full\"]"]);
        if (!run.Data.Any(d => d.Name == "stories260k")) Assert.Ignore("The data set stories260k is not here.");
        var lines = Trained(folder);
        var perplexities = run.Metrics.Where(m => m.Name == "perplexity").ToList();
        Assert.That(perplexities, Has.Count.EqualTo(8), "base and three arms, two domains");
        Assert.That(lines, Is.EqualTo(perplexities.Select(m =>
            $"{m.Arm}, {m.Split}: perplexity {Text(m.Value)} ± {Text(m.StandardError!.Value)}")));
        var texts = File.ReadAllLines(folder["project/Values.cs"]).Where(line => line.Contains(" string "));
        Assert.That(texts.Select(line => line.Split('=')[1]),
            Is.EqualTo(new[] { " \"stories260k\";", " \"tinyshakespeare\";", " \"cpu\";" }), "data by name");
        var (exit, output, errors) = Run(folder["project"], [Path.Combine(folder["project"], Program), "--help"]);
        Assert.That((exit, output), Is.EqualTo((2, "")));
        Assert.That(errors, Does.StartWith("dotnet run trains every arm; dotnet run -- use ARM.zip"));
        Assert.That(Lines(folder["project"], "To be, or not to be", "use", "svf-mlp.zip").Single(), Is.Not.Empty);
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfAResetRun_CompilesAndGivesTheSameScores()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, ["reset"]);
        var lines = Trained(folder);
        var scores = run.Metrics.Where(m => (m.Arm.StartsWith("main/AF,") || m.Arm.StartsWith("main/B0,"))
            && (m.Name == "score" || m.Name == "score, update 8")).ToList();
        Assert.That(scores, Has.Count.EqualTo(42), "two arms, three tasks, language 1 and three others with two data cells");
        Assert.That(lines, Is.EquivalentTo(scores.Select(m =>
            $"{m.Arm}: {m.Name}{(m.Name == "score" ? ", first language" : "")}: {Text(m.Value)}")));
        var text = File.ReadLines(folder["project/d2.txt"]).First();
        var answers = Lines(folder["project"], text, "use", "AF-tagging-d2-480.zip");
        Assert.That(answers.Select(answer => answer.Split('\t')[0]), Is.EqualTo(text.Split(' ')), "an answer for each word of the line");
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfAProbingRun_CompilesAndGivesTheSameContents()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, ["probing", "--set", "modelSeeds=[1,2]", "--set", "trainPrograms=2000", "--set", "training.maxSteps=40",
            "--set", "snapshotSteps=[20]", "--set", "probePrograms=60", "--set", "linearProbe.maxExamples=4000",
            "--set", "mlpProbe.maxExamples=500", "--set", "mlpProbe.firstUnits=16", "--set", "minProbeRows=2"]);
        var lines = Trained(folder);
        var expected = run.Metrics.Where(m => m.Arm.StartsWith("step ")
            && (m.Name == "accuracy" || (m.Name == "content" && m.Arm.Contains(", own programs, linear/")))).ToList();
        Assert.That(expected.Select(m => m.Arm), Does.Contain("step 40").And.Contain("step 40, own programs, linear/flip/t"));
        Assert.That(lines, Is.EquivalentTo(expected.Select(m => $"{m.Arm}: {m.Name}: {Text(m.Value)}")));
        Assert.That(Lines(folder["project"], "", "use", "20"),
            Has.Exactly(20).Match("^task \\d+: ").And.Some.Match("^task \\d+, after operation 1: Direction [1-4] \\(is [1-4]\\)"));
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfAMiniature_CompilesAndGivesTheSameShares()
    {
        using var folder = new TemporaryFolder();
        var tiny = MiniatureRunTests.Tiny(["baselines", "strategies"]);
        var run = Run(folder, ["svf", "--set", $"miniature={PresetFile.ToJson(tiny)["miniature"]!.ToJsonString()}"]);
        var lines = Trained(folder);
        string[] arms = ["base", "svf-rl, 6 prompts", "A prompt", "B classification expert", "C few-shot"];
        var shares = run.Metrics.Where(m => m.Name == "accuracy" && arms.Contains(m.Arm)).ToList();
        Assert.That(shares, Has.Count.EqualTo(7 + 3 + (3 * 4)));
        Assert.That(lines, Is.EquivalentTo(shares.Select(m => $"{m.Arm}, {m.Split}: {Text(m.Value)}")));
        Assert.That(Lines(folder["project"], "1+2=", "use", "self-adapting.zip").Single(), Does.Match("^(math|code|logic|other)\t"));
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfACommunitiesRun_CompilesAndGivesTheSameNumbers()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, ["communities", "--set", "seeds=[1,2]", "--set", "larger=null", "--set", "modular.skipProbabilities=[]"]);
        var lines = Trained(folder);
        string[] names = ["T1: F of functions", "T1: null mean", "T1: p after Holm", "T2: modules and preferred functions, ARI",
            "module communities", "Louvain runs agree, ARI", "Q"];
        var expected = run.Metrics.Where(m => m.Arm.StartsWith("dense-") && (m is { Name: "accuracy", Split: "test" }
            || (m.Split == "corrected" && names.Contains(m.Name)))).Select(m => $"{m.Arm}: {m.Name}: {Text(m.Value)}").ToList();
        var tuned = run.Metrics
            .Where(m => m is { Arm: "tuning Community, shared rate", Name: "accuracy" } && m.Split!.StartsWith("target, "))
            .Select(m => $"{m.Arm}: {m.Name}, {m.Split}: {Text(m.Value)}").ToList();
        Assert.That((expected.Count, tuned.Count), Is.EqualTo((16, 2)), "eight numbers of two models; two forms of targets");
        Assert.That(lines, Is.EquivalentTo(expected.Concat(tuned)));
        Assert.That(Lines(folder["project"], "", "use", "dense-1-fact-inverted.zip", "fact", "3"),
            Has.Length.EqualTo(3).And.All.Match("\tanswers [A-D], right is [A-D]$"));
    }

    [Test]
    [Category("Slow")]
    public void Eject_OfAConceptsRun_CompilesAndGivesTheSameLosses()
    {
        using var folder = new TemporaryFolder();
        var smoke = PresetFile.Load<ConceptsOptions>(new ConceptsExperiment(), "smoke", []);
        var study = smoke.Studies[0] with { Runs = [new RunGroup(["A1", "A2", "A5"], 2)] };
        var run = Run(folder, ["concepts", "--set", "weakTeacher=null", "--set", "steering=null",
            "--set", $"studies={PresetFile.ToJson(smoke with { Studies = [study] })["studies"]!.ToJsonString()}"]);
        var lines = Trained(folder);
        (string Arm, string Name)[] wanted =
        [
            ("teacher", "loss, nats"), ("teacher's autoencoder", "loss spliced, nats"), ("main/A1", "loss, nats"),
            ("main/A2", "loss, nats"), ("main/A5", "loss, nats"),
        ];
        Assert.That(lines, Is.EqualTo(wanted.Select(one => $"{one.Arm}: {one.Name}: "
            + Text(run.Metrics.Single(m => (m.Arm, m.Name, m.Split) == (one.Arm, one.Name, "validation")).Value))));
        Assert.That(Lines(folder["project"], "one day", "use", "steered.zip"), Has.Length.EqualTo(1));
    }

    [Test]
    public void Project_RunsInItsOwnFolder()
    {
        using var folder = new TemporaryFolder();
        var (name, text) = EjectedProject.File([]);
        File.WriteAllText(folder[name], text);
        Assert.That(Lines("/", ["msbuild", folder[name], "-getProperty:RunWorkingDirectory"]), Is.EqualTo(new[] { folder.Path }));
    }

    [Test]
    public void Eject_IntoAFolderThatIsNotEmpty_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(Path.Combine(folder.Path, "runs")), "run");
        var (exit, _, errors) = Command.Run("eject", run.Folder, "--out", run.Folder);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("is not empty"));
        (exit, _, errors) = Command.Run("eject", run.Folder, "--out", Path.Combine(run.Folder, "result.json"));
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("is a file. Name a folder."));
    }

    private static RunResult Run(TemporaryFolder folder, IEnumerable<string> arguments)
    {
        var (exit, _, errors) = Command.Run(["run", .. arguments, "--preset", "smoke", "--threads", "1", "--out", folder["run"]]);
        Assert.That(exit, Is.Zero, errors);
        return StoredRun.Open(folder["run"]).Result!;
    }

    // What eject prints is called as it stands, from another folder.
    private static string[] Trained(TemporaryFolder folder)
    {
        var (exit, output, errors) = Command.Run("eject", folder["run"], "--out", folder["project"]);
        Assert.That(exit, Is.Zero, errors);
        // Not read through a pipe, which build servers started by it would keep open.
        using var build = Process.Start(new ProcessStartInfo("dotnet",
            ["build", folder["project/Ejected.csproj"], "-c", "Release", "-v", "quiet", "-nodeReuse:false", "-fl",
                $"-flp:logfile={folder["build.log"]};verbosity=minimal"]))!;
        build.WaitForExit();
        Assert.That(build.ExitCode, Is.Zero, File.Exists(folder["build.log"]) ? File.ReadAllText(folder["build.log"]) : "no build log");
        var printed = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(' ');
        Assert.That(printed, Is.EqualTo(new[] { "dotnet", "run", "-c", "Release", "--project", folder["project"] }));
        return Lines(folder.Path, printed[1..]);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // A project's own program, as dotnet run -- ARGUMENTS would start it.
    private static string[] Lines(string project, string input, params IEnumerable<string> arguments) =>
        Lines(project, [Path.Combine(project, Program), .. arguments], input);

    private static string[] Lines(string folder, IEnumerable<string> arguments, string input = "")
    {
        var (exit, output, errors) = Run(folder, arguments, input);
        Assert.That(exit, Is.Zero, output + errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static (int Exit, string Output, string Errors) Run(string folder, IEnumerable<string> arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.WriteLine(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
