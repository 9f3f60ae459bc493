using Microsoft.ML;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SparseAutoencoders;

public sealed class SparseAutoencoderTrainingTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void Fit_OfSumsOfTwoDirections_ExplainsThem()
    {
        var (train, test) = (SparseToy.View(_ml, SparseToy.States(2000)), SparseToy.View(_ml, SparseToy.States(500, seed: 2)));
        var drawn = Fit(SparseToy.Quick with { MaxRows = 0 }, train, test);
        var trained = Fit(SparseToy.Quick with { MaxRows = 64 * 400 }, train, test);
        Assert.That(trained.Metrics!.VarianceUnexplained, Is.LessThan(0.1));
        Assert.That(trained.Metrics.VarianceUnexplained, Is.LessThan(drawn.Metrics!.VarianceUnexplained / 2));
        Assert.That(trained.Metrics.Rows, Is.EqualTo(500));
        Assert.That(trained.Metrics.ActiveLatents, Is.InRange(1, 3));
        Assert.That(trained.Training!.Tokens, Is.EqualTo(64 * 400));
        Assert.That(drawn.Training!.Steps, Is.Zero);
    }

    [Test]
    public void Fit_AfterEveryStep_HasColumnsOfLengthOne()
    {
        using var trained = Fit(SparseToy.Quick with { MaxRows = 64 * 5 }, SparseToy.View(_ml, SparseToy.States(200))).Autoencoder;
        using var drawn = Fit(SparseToy.Quick with { MaxRows = 0 }, SparseToy.View(_ml, SparseToy.States(200))).Autoencoder;
        for (var latent = 0; latent < trained.Latents; latent++)
            Assert.That(Math.Sqrt(trained.Direction(latent).Sum(x => (double)x * x)), Is.EqualTo(1).Within(1e-5), $"latent {latent}");
        Assert.That(trained.Direction(0), Is.Not.EqualTo(drawn.Direction(0)));
    }

    /// <summary>Latents that are never chosen have no gradient but the auxiliary loss's.</summary>
    [Test]
    public void Fit_WithTheAuxiliaryLoss_MovesTheLatentsThatAreNeverChosen()
    {
        var train = SparseToy.View(_ml, SparseToy.States(300));
        var options = SparseToy.Quick with { Latents = 96, ActiveLatents = 1, MaxRows = 64 * 10, DeadAfterRows = 1, AuxiliaryLatents = 96 };
        using var drawn = Fit(options with { MaxRows = 0 }, train).Autoencoder;
        Assert.That(Still(options with { AuxiliaryWeight = 0 }), Is.GreaterThan(10));
        Assert.That(Still(options), Is.LessThan(3));

        int Still(SparseAutoencoderOptions how)
        {
            using var trained = Fit(how, train).Autoencoder;
            return Enumerable.Range(0, 96).Count(i => trained.Direction(i).Zip(drawn.Direction(i), (a, b) => Math.Abs(a - b)).Max() < 1e-6);
        }
    }

    [Test]
    public void Fit_FromAFileOfRows_GivesTheBitsOfMemory()
    {
        var data = SparseToy.View(_ml, SparseToy.States(300));
        Assert.That(
            Fit(SparseToy.Quick with { CacheMebibytes = 0, ShuffleRows = 64 }, data).Autoencoder.Fingerprint,
            Is.EqualTo(Fit(SparseToy.Quick with { ShuffleRows = 64 }, data).Autoencoder.Fingerprint));
    }

    [Test]
    public void Fit_OfAColumnOfSeveralStates_TakesThemApart()
    {
        var states = SparseToy.States(120);
        var rows = states.Chunk(3).Select(chunk => new SparseToy.Rows { Features = SparseToy.Flat(chunk) }).ToList();
        var apart = SparseToy.Quick with { Width = SparseToy.Width };
        Assert.That(
            Fit(apart, _ml.Data.LoadFromEnumerable(rows)).Autoencoder.Fingerprint,
            Is.EqualTo(Fit(apart, SparseToy.View(_ml, states)).Autoencoder.Fingerprint));
        Assert.That(() => Fit(SparseToy.Quick, _ml.Data.LoadFromEnumerable(rows)), Throws.ArgumentException.With.Message.EqualTo(
            "Column 'Features' holds vectors of any length. Set `Width` to the numbers of one hidden state."));
        Assert.That(() => Fit(apart with { Width = 5 }, _ml.Data.LoadFromEnumerable(rows)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Row 0 of column 'Features' has 24 numbers"));
    }

    [Test]
    public void Fit_OfANumberThatIsNotFinite_NamesTheRow()
    {
        var states = SparseToy.States(5);
        states[3][2] = float.NaN;
        Assert.That(() => Fit(SparseToy.Quick, SparseToy.View(_ml, states)), Throws.InstanceOf<InvalidDataException>()
            .With.Message.StartsWith("Row 3 of column 'Features' holds a number that is not finite."));
    }

    /// <summary>
    /// Checkpoints, and stopped in the middle: resumed, it ends as if it had not been stopped, dead latents included.
    /// </summary>
    [Test]
    public void Fit_ResumedFromACheckpoint_EndsWithTheSameBits()
    {
        var data = SparseToy.View(_ml, SparseToy.States(200));
        var options = SparseToy.Quick with { DeadAfterRows = 100, AuxiliaryWeight = 1, CheckpointEvery = 3, MaxRows = 64 * 12 };
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        try
        {
            var expected = Fit(options with { CheckpointFolder = Path.Combine(folder, "whole") }, data).Autoencoder.Fingerprint;
            var here = options with { CheckpointFolder = Path.Combine(folder, "stopped"), Resume = true };
            using var stop = new CancellationTokenSource();
            var progress = new StopAt(stop, 7);
            Assert.That(() => new SparseAutoencoderEstimator(here, progress, stop.Token).Fit(data),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Fit(here, data).Autoencoder.Fingerprint, Is.EqualTo(expected));
            Assert.That(() => Fit(here with { Latents = 32 }, data),
                Throws.InvalidOperationException.With.Message.Contains("Latents was 24 and is 32"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameBits()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using var trained = Fit(SparseToy.Quick, SparseToy.View(_ml, SparseToy.States(100))).Autoencoder;
            trained.Save(folder);
            using var loaded = SparseAutoencoder.Load(folder);
            Assert.That(loaded.Fingerprint, Is.EqualTo(trained.Fingerprint));
            Assert.That((loaded.Width, loaded.Latents, loaded.ActiveLatents), Is.EqualTo((8, 24, 3)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Fit_LeavesNoTensorBehindAStep()
    {
        var counts = new List<long>();
        var progress = new Live(counts);
        new SparseAutoencoderEstimator(SparseToy.Quick, progress).Fit(SparseToy.View(_ml, SparseToy.States(100)));
        Assert.That(counts[^1], Is.AtMost(counts[10]));
    }

    [Test]
    public void Options_WithFaults_NameThemAll() => Assert.That(
        () => new SparseAutoencoderEstimator(new() { Latents = 4, LearningRate = -1, AuxiliaryWeight = double.NaN, BatchSize = 0 }),
        Throws.ArgumentException.With.Message.EqualTo(
            "SparseAutoencoderOptions: Latents is 4; expected at least ActiveLatents, 16. LearningRate is -1; expected above 0. "
            + "AuxiliaryWeight is NaN; expected 0 or more. BatchSize is 0; expected 1 or more."));

    private static SparseAutoencoderTransformer Fit(SparseAutoencoderOptions options, IDataView data, IDataView? validation = null) =>
        new SparseAutoencoderEstimator(options).Fit(data, validation);

    private sealed class StopAt(CancellationTokenSource stop, int step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) stop.Cancel();
        }
    }

    private sealed class Live(List<long> counts) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => counts.Add(LiveTensors.OnThread);
    }
}
