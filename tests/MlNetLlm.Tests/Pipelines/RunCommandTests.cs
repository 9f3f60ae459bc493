using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Runs;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>What the command refuses, and how it says so.</summary>
public sealed class RunCommandTests
{
    [Test]
    public void Find_OfAnUnknownExperiment_NamesTheKnownOnes() =>
        Assert.That(Assert.Throws<ArgumentException>(() => ExperimentTable.Find("svv"))!.Message, Does.Contain("'svv'").And.Contain("svf"));

    [Test]
    public void Run_WithAnUnknownPreset_NamesTheKnownOnes() =>
        Assert.That(Refused("medium"), Does.Contain("'medium'").And.Contain("smoke, quick"));

    [Test]
    public void Run_WithAnUnknownOption_NamesTheNearest() =>
        Assert.That(Refused("smoke", "maxTokkens=5"), Does.Contain("maxTokkens").And.Contain("'maxTokens'"));

    [Test]
    public void Run_WithAValueOfTheWrongKind_NamesTheOption() =>
        Assert.That(Refused("smoke", "maxTokens=many"),
            Is.EqualTo("--set 'maxTokens=many': maxTokens is 'many'; expected a whole number."));

    [TestCase("batchSize=abc", "batchSize is 'abc'; expected a whole number, 2147483647 at most.")]
    [TestCase("batchSize=1.5", "batchSize is '1.5'; expected a whole number, 2147483647 at most.")]
    [TestCase("batchSize=99999999999", "batchSize is '99999999999'; expected a whole number, 2147483647 at most.")]
    [TestCase("batchSize=null", "batchSize is 'null'; expected a whole number, 2147483647 at most.")]
    [TestCase("learningRates.svf=0.1",
        "learningRates.svf is '0.1'; expected a list in brackets with commas between its entries, each a number.")]
    [TestCase("learningRates.svf=[a]",
        "learningRates.svf is '[a]'; expected a list in brackets with commas between its entries, each a number.")]
    [TestCase("learningRates=0.1", "learningRates is '0.1'; expected a group of options in braces, as JSON has them.")]
    [TestCase("learningRates.swf=[0.1]", "there is no option 'swf'. Did you mean 'svf'?")]
    [TestCase("batchSize.x=1", "'batchSize' is no group of options.")]
    public void Run_WithASettingThatDoesNotFit_SaysWhatIsExpected(string set, string expected) =>
        Assert.That(Refused("smoke", set), Is.EqualTo($"--set '{set}': {expected}"));

    [Test]
    public void Run_WithATextThatLooksLikeANumber_TakesItAsText() =>
        Assert.That((string?)ExperimentTable.Find("svf").Options("smoke", ["Text=123"])["text"], Is.EqualTo("123"));

    [Test]
    public void Run_WithASettingThatIsNone_SaysTheForm() =>
        Assert.That(Refused("smoke", "maxTokens"), Does.Contain("Name=Value"));

    [Test]
    public void Run_ThatIsRefused_LeavesTheFolderAsItWas()
    {
        using var folder = new TemporaryFolder();
        var run = ToyRuns.Write(new RunStore(folder.Path), "run");
        File.Delete(Path.Combine(run.Folder, StoredRun.ResultFile));
        AtomicFile.WriteAllText(FileSystems.Default, Path.Combine(run.Folder, "parts", "one.json"), "1");
        var before = Contents(run.Folder);
        var (exit, _, errors) = Command.Run("run", "svf", "--preset", "smoke", "--out", run.Folder);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("1 finished part(s)"));
        Assert.That(Contents(run.Folder), Is.EqualTo(before));
    }

    [Test]
    public void Run_ResumedAfterItsEnd_LeavesTheFolderAsItWas()
    {
        using var folder = new TemporaryFolder();
        var options = ExperimentTable.Find("svf").Options("smoke", []);
        var run = ToyRuns.Write(new RunStore(folder.Path), "run", result => result with { Options = options });
        var before = Contents(run.Folder);
        var (exit, output, errors) = Command.Run("run", "svf", "--preset", "smoke", "--out", run.Folder, "--resume", "--threads", "3");
        Assert.That(exit, Is.Zero, errors);
        Assert.That(errors, Does.Contain("has finished").And.Contain("nothing was changed"));
        Assert.That(output, Does.Contain("perplexity"));
        Assert.That(Contents(run.Folder), Is.EqualTo(before));
        Assert.That(RunSeal.Check(run.Folder), Is.True);

        (exit, _, errors) = Command.Run("run", "svf", "--preset", "smoke", "--seed", "2", "--out", run.Folder, "--resume");
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain("seed 1, not 2"));
        Assert.That(Contents(run.Folder), Is.EqualTo(before));
    }

    [Test]
    public void Run_IntoAFolderAtWork_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using (FolderLock.Take(folder.Path))
        {
            var (exit, _, errors) = Command.Run("run", "svf", "--preset", "smoke", "--out", folder.Path);
            Assert.That((exit, errors), Is.EqualTo((2, errors)));
            Assert.That(errors, Does.Contain($"Another process is at work on '{folder.Path}'"));
        }
        Assert.That(folder.Names(), Is.EqualTo(new[] { FolderLock.Name }));
        FolderLock.Take(folder.Path).Dispose();
    }

    [Test]
    public void DefaultFolder_PassesOverFinishedRunsAndThoseAtWork()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        ToyRuns.Write(store, "svf-smoke-1");
        using (var one = RunCommand.DefaultFolder("svf-smoke-1", resume: false, store))
        using (var two = RunCommand.DefaultFolder("svf-smoke-1", resume: false, store))
        {
            Assert.That(new[] { one.Folder, two.Folder }, Is.EqualTo(new[] { folder["svf-smoke-1-2"], folder["svf-smoke-1-3"] }));
            Assert.That(() => RunCommand.DefaultFolder("svf-smoke-1", resume: true, store),
                Throws.InvalidOperationException.With.Message.Contains("Another process"));
        }
        using var again = RunCommand.DefaultFolder("svf-smoke-1", resume: true, store);
        Assert.That(again.Folder, Is.EqualTo(folder["svf-smoke-1-2"]));
    }

    [Test]
    public void Run_IntoAFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        var (exit, _, errors) = Command.Run("run", "svf", "--preset", "smoke", "--out", folder["file/run"]);
        Assert.That((exit, errors), Is.EqualTo((2,
            $"mlnetllm: --out is '{folder["file/run"]}', but '{folder["file"]}' is a file. Name a folder.\n")));
    }

    private static IEnumerable<(string, string)> Contents(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(FolderLock.Name))
            .Order().Select(file => (file, File.ReadAllText(file)))];

    [Test]
    public void Presets_OfEveryExperiment_LoadAndAreSound()
    {
        foreach (var experiment in ExperimentTable.All)
        {
            Assert.That(experiment.Presets, Is.SupersetOf(new[] { "smoke", "quick" }), experiment.Name);
            foreach (var preset in experiment.Presets)
                Assert.That(() => experiment.Options(preset, []), Throws.Nothing, $"{experiment.Name} {preset}");
        }
    }

    [TestCase("svf", "BatchSize is -1; expected 1 or more.", "batchSize=-1")]
    [TestCase("svf", "LearningRate is 0; expected above 0.", "learningRates.svf=[0]")]
    [TestCase("svf", "Arms has 'svf-mlpp'. Known: svf-mlp", "arms=[\"svf-mlpp\"]")]
    [TestCase("svf", "BootstrapResamples: ", "bootstrapResamples=1")]
    [TestCase("svf", "TestRows is 0; expected 1 or more.", "testRows=0")]
    [TestCase("svf", "Device is 'gpu'", "device=gpu")]
    [TestCase("probing", "Training: BatchSize is 0; expected 1 or more.", "training.batchSize=0")]
    [TestCase("probing", "MlpProbe: BatchSize is 0; expected 1 or more.", "mlpProbe.batchSize=0")]
    [TestCase("probing", "Encoding is 'words'; expected grid or text.", "encoding=words")]
    [TestCase("concepts", "InitialDeviation 0; expected", "teacher.training.initialDeviation=0")]
    [TestCase("concepts", "Teacher.Training: Device is 'gpu'", "teacher.training.device=gpu")]
    [TestCase("communities", "Model: Device is 'gpu'", "device=gpu")]
    public void Check_OfAValueThatAStageCannotUse_NamesIt(string experiment, string expected, string set)
    {
        var request = new RunRequest("smoke", 1, [set], "unused", false);
        Assert.That(() => ExperimentTable.Find(experiment).Check(request), Throws.ArgumentException.With.Message.Contains(expected));
        Assert.That(Directory.Exists("unused"), Is.False);
    }

    [Test]
    public void Run_WithAValueThatAStageCannotUse_LeavesNoFolder()
    {
        using var folder = new TemporaryFolder();
        var (exit, _, errors) = Command.Run("run", "svf", "--preset", "smoke", "--set", "batchSize=-1", "--out", folder["run"]);
        Assert.That((exit, errors), Is.EqualTo((2,
            "mlnetllm: The options of 'svf' have 1 fault(s): BatchSize is -1; expected 1 or more.\n")));
        Assert.That(folder.Names(), Is.Empty);
    }

    private static string Refused(string preset, params string[] sets)
    {
        var context = new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None);
        var error = Assert.Catch<Exception>(() =>
            ExperimentTable.Find("svf").Run(new RunRequest(preset, 1, sets, "unused", false), context));
        Assert.That(error, Is.InstanceOf<ArgumentException>().Or.InstanceOf<InvalidDataException>());
        Assert.That(Directory.Exists("unused"), Is.False);
        return error!.Message;
    }
}
