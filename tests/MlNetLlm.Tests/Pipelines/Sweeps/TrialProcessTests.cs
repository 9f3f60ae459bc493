using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.Sweeps;

[Platform(Exclude = "Win")]
public sealed class TrialProcessTests
{
    private static readonly TrialRequest _request = new(3, 0, new Dictionary<string, string> { ["maxTokens"] = "1000" });

    private static TrialPlan Plan(string folder) =>
        new("svf", "smoke", 1, 1, new SweepMetric("svf-mlp", "perplexity"), folder, new TrialLimits(null, null));

    // A shell in the command's place; it does not look at the arguments that a trial has.
    private static async Task<TrialOutcome> ShellAsync(string script)
    {
        using var folder = new TemporaryFolder();
        return await new TrialProcess(Plan(folder.Path), new TrialProgram("/bin/sh", ["-c", script])).RunAsync(_request, default);
    }

    [TestCase("kill -9 $$", "its process was killed (signal 9)")]
    [TestCase("echo no memory >&2; kill -15 $$", "its process was killed (signal 15): no memory")]
    public async Task RunAsync_OfAProcessThatIsKilled_SaysSoAndRunsAgain(string script, string detail)
    {
        var outcome = await ShellAsync(script);
        Assert.That((outcome.Status, outcome.Detail, outcome.Loss), Is.EqualTo((TrialStatus.Killed, detail, (double?)null)));
        Assert.That(Plan("unused").RunsAgain(outcome), Is.True);
    }

    [TestCase("echo wrong option >&2; exit 2", "exit code 2: wrong option")]
    [TestCase("exit 255", "exit code 255")]
    public async Task RunAsync_OfAProcessThatFails_SaysWhyAndStaysSo(string script, string detail)
    {
        var outcome = await ShellAsync(script);
        Assert.That((outcome.Status, outcome.Detail), Is.EqualTo((TrialStatus.Failed, detail)));
        Assert.That(Plan("unused").RunsAgain(outcome), Is.False);
    }

    [Test]
    public void RunAsync_OfAProgramThatIsNotThere_IsTheMachinesFault()
    {
        using var folder = new TemporaryFolder();
        var trial = new TrialProcess(Plan(folder.Path), new TrialProgram(folder["none"], []));
        Assert.That(() => trial.RunAsync(_request, default), Throws.TypeOf<SweepFaultException>()
            .With.Property(nameof(SweepFaultException.IsOfTheMachine)).True.And.Message.StartsWith("Trial 3 did not start: "));
    }

    [Test]
    public void Program_IsTheOneThatRuns()
    {
        foreach (var host in new[] { "/usr/lib/dotnet/dotnet", "dotnet.exe" })
            Check(TrialProgram.Of(host, "a/MlNetLlm.Pipelines.dll"), host, "a/MlNetLlm.Pipelines.dll");
        Check(TrialProgram.Of("/home/me/.dotnet/tools/mlnetllm", "a/MlNetLlm.Pipelines.dll"), "/home/me/.dotnet/tools/mlnetllm");
        Check(TrialProgram.Of(null, "a/MlNetLlm.Pipelines.dll"), "dotnet", "a/MlNetLlm.Pipelines.dll");

        static void Check(TrialProgram program, string file, params string[] first)
        {
            Assert.That(program.File, Is.EqualTo(file));
            Assert.That(program.First, Is.EqualTo(first));
        }
    }
}
