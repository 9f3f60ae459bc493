using System.Globalization;
using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.TaskAdaptation;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Hostile;

/// <summary>What many steps, fits and loads leave behind: no tensor, no file, no handle.</summary>
public sealed class LeakTests
{
    private static readonly string[] _methods = ["svf", "lora", "full", "pretrain", "svf-reinforce", "concepts"];

    // Otherwise the runtime grows its youngest generation with time and compiles methods anew, and hides a leak or looks like one.
    private static readonly (string, string?)[] _steady = [("DOTNET_GCgen0size", "0x400000"), ("DOTNET_TieredCompilation", "0")];

    private string? _temporary;
    private TemporaryFolder _own = null!;

    // Other programs come and go in the machine's folder for temporary files: these tests have one to themselves.
    [SetUp]
    public void Open()
    {
        _own = new TemporaryFolder();
        _temporary = Environment.GetEnvironmentVariable("TMPDIR");
        Environment.SetEnvironmentVariable("TMPDIR", _own.Path);
    }

    [TearDown]
    public void Close()
    {
        Environment.SetEnvironmentVariable("TMPDIR", _temporary);
        _own.Dispose();
    }

    [Test]
    public void Steps_OfOneRun_LeaveNoTensorBehind([ValueSource(nameof(_methods))] string method) => Watch(method, early: 50, late: 400);

    [Test, Category("Nightly")]
    public void TenThousandSteps_LeaveNoTensorAndNoMemoryBehind([ValueSource(nameof(_methods))] string method)
    {
        var (early, late) = Watch(method, early: 200, late: Nightly.Of(10_000));
        Assert.That(late, Is.LessThanOrEqualTo(early * 1.01));
    }

    [Test]
    public void FitsAndLoads_LeaveNothingBehind() => Repeat(15);

    [Test, Category("Nightly")]
    public void AThousandFitsAndLoads_LeaveNothingBehind() => Repeat(Nightly.Of(1_000));

    private static IEnumerable<TestCaseData> Fits()
    {
        var ml = new MLContext(1);
        foreach (var tuning in FineTuningCase.All)
            yield return Of(
                $"{tuning}", () => Toy.Model(), (model, _, stop) => tuning.Create(model, o => o, stop), Toy.Rows(ml));
        foreach (var training in TextTrainingCase.All)
            yield return Of(
                $"{training}", () => TaskToys.Model(), (body, diverges, stop) => training.Create(
                    body, o => diverges ? o with { LearningRate = 1e38, ClipNorm = 0 } : o, stop), ResetToys.Rows());
        foreach (var kind in Enum.GetValues<TaskKind>())
            yield return Of(
                $"{kind}", () => TaskToys.Model(), (model, _, stop) => new AdaptToTaskEstimator(model, TaskToys.Options(kind), null, stop),
                TaskToys.View(ml, TaskToys.Rows(kind)));

        static TestCaseData Of(
            string name, Func<LanguageModel> model, Func<LanguageModel, bool, CancellationToken, IEstimator<ITransformer>> create,
            IDataView rows) => new TestCaseData(model, create, rows).SetArgDisplayNames(name);
    }

    /// <summary>Some versions of TorchSharp go on counting the tensor that a parameter was made of: as many as a good fit leaves.</summary>
    [TestCaseSource(nameof(Fits))]
    public void Fits_DisposedOfCancelledOrDiverged_LeaveNoTensorBehind(
        Func<LanguageModel> make, Func<LanguageModel, bool, CancellationToken, IEstimator<ITransformer>> create, IDataView rows)
    {
        using var model = make();
        using var broken = make();
        broken.Module.TokenEmbedding.fill_(double.NaN);
        var good = create(model, false, CancellationToken.None);
        var cancelled = create(model, false, new CancellationToken(canceled: true));
        var diverged = create(broken, true, CancellationToken.None);

        var disposed = Left(() => ((IDisposable)good.Fit(rows)).Dispose());

        Assert.That(disposed, Is.AtMost(4 * Left(() => model.Module.CopyWeights().Dispose())), "disposed of");
        Assert.That(Left(() => Assert.That(() => cancelled.Fit(rows), Throws.InstanceOf<OperationCanceledException>())),
            Is.AtMost(disposed), "cancelled");
        Assert.That(Left(() => Assert.That(() => diverged.Fit(rows), Throws.InstanceOf<TrainingDivergedException>())),
            Is.AtMost(disposed), "diverged");

        static long Left(Action fit)
        {
            fit();
            var before = LiveTensors.OnThread;
            fit();
            return LiveTensors.OnThread - before;
        }
    }

    private static (long Early, long Late) Watch(string method, int early, int late)
    {
        var lines = ChildProcess.RunWith(_steady, "steps", method, $"{early}", $"{late}").Select(line => line.Split(' ')).ToList();
        var bytes = lines.Select(line => long.Parse(line[1], CultureInfo.InvariantCulture)).ToList();
        TestContext.Out.WriteLine($"{method}: tensors {lines[0][0]} and {lines[1][0]}, resident {bytes[0] >> 10} and {bytes[1] >> 10} KiB");
        Assert.That(lines, Has.Count.EqualTo(2));
        var tensors = lines.Select(line => long.Parse(line[0], CultureInfo.InvariantCulture)).ToList();
        Assert.That(tensors[1], Is.AtMost(tensors[0]));
        return (bytes[0], bytes[1]);
    }

    private static void Repeat(int times)
    {
        using var root = new TemporaryFolder();
        using var model = Toy.Model();
        var ml = new MLContext(1);
        var data = Toy.Rows(ml);
        Once();
        var before = State();
        for (var i = 0; i < times; i++)
            Once();
        var after = State();
        TestContext.Out.WriteLine($"{times} fits and loads: before {before}, after {after}");
        Assert.That(after.Tensors, Is.LessThanOrEqualTo(before.Tensors));
        Assert.That(after.Files, Is.LessThanOrEqualTo(before.Files));
        Assert.That(after.Handles, Is.LessThanOrEqualTo(before.Handles + 2), "a pool of the runtime may hold a few");

        void Once()
        {
            var options = new LoraOptions { MaxSteps = 1, BatchSize = 4, SequenceLength = 12, Rank = 2 };
            var chain = ml.LanguageModels().FineTuneLora(model, options).Append(ml.LanguageModels().Score()).Fit(data);
            var tuned = chain.OfType<FineTuning.ModelTransformer<LoraAdapter>>().Single();
            ml.Model.Save(chain, data.Schema, root["chain.zip"]);
            var loaded = ml.Model.Load(root["chain.zip"], out _);
            tuned.Learned.Save(root["adapter"], new UnsyncedFileSystem());
            AdapterFolder.Load(root["adapter"]).Dispose();
            tuned.Model.Save(root["model"], new UnsyncedFileSystem());
            LanguageModel.Load(root["model"]).Dispose();
            tuned.Learned.Dispose();
            tuned.Model.Dispose();
            (loaded as IDisposable)?.Dispose();
        }
    }

    /// <summary>Live tensors, files in the folder for temporary ones, and open handles.</summary>
    private static (long Tensors, int Files, int Handles) State()
    {
        var tensors = LiveTensors.Reachable();
        var handles = Directory.Exists("/proc/self/fd")
            ? Directory.GetFileSystemEntries("/proc/self/fd").Length
            : System.Diagnostics.Process.GetCurrentProcess().HandleCount;
        return (tensors, Directory.GetFileSystemEntries(Path.GetTempPath()).Length, handles);
    }
}
