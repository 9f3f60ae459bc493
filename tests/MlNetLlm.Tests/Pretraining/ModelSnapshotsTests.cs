using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pretraining;

public sealed class ModelSnapshotsTests
{
    private static readonly PretrainOptions _options = new() { MaxSteps = 8, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01 };

    [Test]
    public void Plan_JoinsWhatIsAskedFor_WithTheLastStep()
    {
        var options = new SnapshotOptions { Folder = "x", Every = 40, Steps = [3, 200], Geometric = 3 };
        Assert.That(options.Plan(100), Is.EqualTo(new[] { 0, 1, 3, 10, 40, 80, 100 }));
        Assert.That((options with { Untrained = false, Every = 0, Geometric = 0 }).Plan(100), Is.EqualTo(new[] { 3, 100 }));
        Assert.That(new SnapshotOptions { Folder = "x", Geometric = 4 }.Plan(1000), Is.EqualTo(new[] { 0, 1, 10, 100, 1000 }));
    }

    [Test]
    public void Fit_KeepsTheModelsOfThePlan_FromTheUntrainedToTheLast()
    {
        using var folder = new TemporaryFolder();
        using var last = Fit(_options with { Snapshots = new SnapshotOptions { Folder = folder["models"], Every = 3 } });
        using var untrained = Fit(_options with { MaxSteps = 0 });
        using var third = Fit(_options with { MaxSteps = 3, Schedule = MlNetLlm.Training.Schedule.Constant });
        using var constant = Fit(_options with
        {
            Schedule = MlNetLlm.Training.Schedule.Constant, Snapshots = new SnapshotOptions { Folder = folder["constant"], Steps = [3] },
        });

        var snapshots = ModelSnapshots.Open(folder["models"]);
        Assert.That(snapshots.Steps, Is.EqualTo(new[] { 0, 3, 6, 8 }));
        Assert.That(Print(snapshots, 0), Is.EqualTo(untrained.Fingerprint));
        Assert.That(Print(snapshots, 8), Is.EqualTo(last.Fingerprint));
        Assert.That(Print(ModelSnapshots.Open(folder["constant"]), 3), Is.EqualTo(third.Fingerprint));
        Assert.That(() => snapshots.Load(4), Throws.ArgumentException.With.Message.Contains("Kept: 0, 3, 6, 8"));
    }

    [Test]
    public void Fit_Resumed_KeepsTheSameModels()
    {
        using var folder = new TemporaryFolder();
        var options = _options with
        {
            CheckpointFolder = folder["run"], Resume = true, CheckpointEvery = 4, KeepCheckpoints = 9,
            Snapshots = new SnapshotOptions { Folder = folder["models"], Every = 2 },
        };
        Fit(options).Dispose();
        var whole = ModelSnapshots.Open(folder["models"]);
        var expected = whole.Steps.Select(step => Print(whole, step)).ToList();
        Directory.Delete(folder["run/step-000008"], recursive: true);
        foreach (var late in new[] { "step-000006", "step-000008" })
            Directory.Delete(Path.Combine(folder["models"], late), recursive: true);
        Fit(options).Dispose();
        var resumed = ModelSnapshots.Open(folder["models"]);
        Assert.That(resumed.Steps, Is.EqualTo(new[] { 0, 2, 4, 6, 8 }));
        Assert.That(resumed.Steps.Select(step => Print(resumed, step)), Is.EqualTo(expected));
    }

    [Test]
    public void Fit_WithMoreModelsThanTheDiskMayHold_RefusesBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        var snapshots = new SnapshotOptions { Folder = folder["models"], Every = 1, MaxMiB = 1 };
        Assert.That(() => Fit(_options with { Snapshots = snapshots, MaxSteps = 2000 }),
            Throws.InvalidOperationException.With.Message.Contains("2001 steps").And.Message.Contains("MaxMiB is 1"));
        Assert.That(Directory.Exists(folder["models"]), Is.False);
    }

    [Test]
    public void Faults_AreAllNamed()
    {
        var snapshots = new SnapshotOptions { Folder = "", Every = -1, Geometric = 1, Steps = [0], MaxMiB = 0 };
        var error = Assert.Throws<ArgumentException>(() => Fit(_options with { Snapshots = snapshots }));
        Assert.That(error!.Message, Does.Contain("Snapshots.Folder").And.Contain("Snapshots.Every is -1")
            .And.Contain("Snapshots.Geometric is 1").And.Contain("Snapshots.Steps are 0").And.Contain("Snapshots.MaxMiB is 0"));
    }

    [Test]
    public void Open_WithoutModels_SaysHowToGetThem()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => ModelSnapshots.Open(folder["none"]),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("Snapshots"));
    }

    private static string Print(ModelSnapshots snapshots, int step)
    {
        using var model = snapshots.Load(step);
        return model.Fingerprint;
    }

    private static LanguageModel Fit(PretrainOptions options)
    {
        var ml = new MLContext(1);
        var toy = Toy.Model();
        return ml.LanguageModels().Pretrain(ToyModels.Llama with { VocabularySize = 12 }, toy.Tokenizer, toy.Special, options)
            .Fit(Toy.Rows(ml)).Model;
    }
}
