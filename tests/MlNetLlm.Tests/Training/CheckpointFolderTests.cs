using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class CheckpointFolderTests
{
    private TemporaryFolder _root = null!;

    [SetUp]
    public void MakeFolder() => _root = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _root.Dispose();

    private static CheckpointFolder Checkpoints(string folder, ToyNetwork network) =>
        new(new UnsyncedFileSystem(), folder, network.Parameters);

    /// <summary>Numbers of any length, and names that are none of its own.</summary>
    [Test]
    public void Steps_AreThoseOfCompletedCheckpoints_NewestFirst()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        var folder = Checkpoints(_root["run"], network);
        Assert.That(folder.Steps(), Is.Empty, "before there is a folder");
        Assert.That(folder.NewestState(), Is.Null);

        foreach (var step in new[] { 7, 21, 1_000_000 })
            folder.Save(new TrainingState { Step = step }, optimizer, keep: 9);
        foreach (var name in new[] { "step-000050", "step-x", "step--00001", "steps-000001", "best-000007" })
            Directory.CreateDirectory(Path.Combine(_root["run"], name));

        Assert.That(folder.Steps(), Is.EqualTo(new[] { 1_000_000, 21, 7 }));
        Assert.That(folder.NewestState()!.Step, Is.EqualTo(1_000_000));
    }

    [Test]
    public void Save_OfAStepBeforeOthers_KeepsTheLaterOnesOut()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        var folder = Checkpoints(_root["run"], network);
        foreach (var step in new[] { 1, 2, 3, 9 })
        {
            folder.SaveBest(step);
            folder.Save(new TrainingState { Step = step, BestStep = step == 9 ? null : step }, optimizer, keep: 9);
        }
        var path = Path.Combine(_root["run"], "step-000002", "state.json");
        File.AppendAllText(path, "x");

        folder.Save(new TrainingState { Step = 4, BestStep = 1 }, optimizer, keep: 3);

        Assert.That(Names("step-"), Is.EqualTo(new[] { "step-000002", "step-000003", "step-000004" }), "9 belongs to a run given up");
        Assert.That(Names("best-"), Is.EqualTo(new[] { "best-000001", "best-000003" }), "what is damaged counts on nothing");

        IEnumerable<string> Names(string start) => new DirectoryInfo(_root["run"]).EnumerateDirectories($"{start}*")
            .Select(entry => entry.Name).Order();
    }

    [Test]
    public void Save_WithoutABestStep_KeepsNoBestWeights()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        var folder = Checkpoints(_root["run"], network);
        folder.SaveBest(1);
        foreach (var step in new[] { 2, 3, 4 })
            folder.Save(new TrainingState { Step = step }, optimizer, keep: 2);
        Assert.That(Names(), Is.EqualTo(new[] { "step-000003", "step-000004" }));

        folder.SaveBest(1);
        File.AppendAllText(Path.Combine(_root["run"], "step-000004", "state.json"), "x");
        folder.Save(new TrainingState { Step = 5 }, optimizer, keep: 2);
        Assert.That(Names(), Is.EqualTo(new[] { "step-000004", "step-000005" }), "what is damaged counts on nothing");

        IEnumerable<string> Names() => Directory.EnumerateDirectories(_root["run"]).Select(path => Path.GetFileName(path)!).Order();
    }

    [Test]
    public void NewestState_WhereAllAreDamaged_NamesTheNewest()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        var folder = Checkpoints(_root["run"], network);
        foreach (var step in new[] { 1, 2 })
        {
            folder.Save(new TrainingState { Step = step }, optimizer, keep: 2);
            File.AppendAllText(Path.Combine(_root["run"], $"step-{step:D6}", "state.json"), "x");
        }

        Assert.That(() => folder.NewestState(), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(
            $"No checkpoint in '{_root["run"]}' is intact. File '{Path.Combine(_root["run"], "step-000002", "state.json")}' has "));
    }

    [Test]
    public void NewestState_OfALaterFormat_SaysWhichItReads()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        var folder = Checkpoints(_root["run"], network);
        folder.Save(new TrainingState { Step = 3, Format = 2 }, optimizer, keep: 1);

        Assert.That(() => folder.NewestState(), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"No checkpoint in '{_root["run"]}' is intact. '{Path.Combine(_root["run"], "step-000003")}' has format 2; "
            + "this version reads 1. Start afresh in another folder."));

        folder.Save(new TrainingState { Step = 4 }, optimizer, keep: 1);
        Assert.That(folder.NewestState()!.Step, Is.EqualTo(4));
    }

    [Test]
    public void Restore_OfAnotherNumberOfTensors_SaysHowMany()
    {
        using var network = new ToyNetwork();
        using var optimizer = Optimizer(network);
        Checkpoints(_root["run"], network).Save(new TrainingState { Step = 3 }, optimizer, keep: 1);
        var fewer = new CheckpointFolder(new UnsyncedFileSystem(), _root["run"], [network.Parameters[0]]);

        Assert.That(() => fewer.Restore(fewer.NewestState()!, optimizer), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            $"'{Path.Combine(_root["run"], "step-000003")}' has 6 tensors; this run trains 1."));
    }

    [Test]
    public void RestoreBest_GivesTheWeightsOfThatStep()
    {
        using var network = new ToyNetwork();
        var folder = Checkpoints(_root["run"], network);
        var before = network.Bytes();
        folder.SaveBest(3);
        using (TorchSharp.torch.no_grad())
            network["head"].fill_(1);

        folder.RestoreBest(3);

        Assert.That(network.Bytes(), Is.EqualTo(before));
        Assert.That(() => folder.RestoreBest(4), Throws.InstanceOf<DirectoryNotFoundException>());
    }

    [Test]
    public void BestWeights_KeptInAFolder_AreNotInMemoryToo()
    {
        using var network = new ToyNetwork();
        using var inFolder = new BestWeights(Checkpoints(_root["run"], network), network.Parameters);
        using var inMemory = new BestWeights(null, network.Parameters);
        var before = LiveTensors.OnThread;
        inFolder.Keep(1);
        Assert.That(LiveTensors.OnThread, Is.EqualTo(before));
        inMemory.Keep(1);
        inMemory.Keep(2);
        Assert.That(LiveTensors.OnThread, Is.EqualTo(before + network.Parameters.Count), "one copy each");
        inMemory.Dispose();
        Assert.That(LiveTensors.OnThread, Is.EqualTo(before));
    }

    private static Optimizer Optimizer(ToyNetwork network) =>
        new([new ParameterGroup { Name = "all", Parameters = network.Parameters }], new ToyOptions());
}
