using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Probes;

/// <summary>Memory does not grow with the number of rows.</summary>
public sealed class ProbeMemoryTests
{
    private const int Width = 128;

    [Test]
    public void Fit_OfMoreRowsThanTheCache_KeepsMemoryFlat()
    {
        var options = new LinearProbeOptions { CacheMebibytes = 1, ShuffleRows = 1024, BatchSize = 256, MaxExamples = 20 * 256 };
        long few = Held(4_000), many = Held(40_000);
        Assert.That(many - few, Is.LessThan(2 << 20), $"{few} and {many} bytes; the rows alone differ by {36_000 * Width * 4}");

        // Managed bytes alive in the middle of the training. Tensors are those of a batch.
        long Held(int rows)
        {
            var held = 0L;
            var progress = new Report(step =>
            {
                if (step.Step == 10) held = GC.GetTotalMemory(forceFullCollection: true);
            });
            new ProbeSet([options, options with { Seed = 2 }], progress).Fit(View(rows));
            return held;
        }
    }

    [Test]
    public void Fit_Scores_AndDispose_LeaveNoTensorBehind()
    {
        var (train, options) = (View(600), new LinearProbeOptions { BatchSize = 64, MaxExamples = 64 * 20, Evaluations = 4 });
        Run();
        var before = LiveTensors.OnThread;
        var steps = new List<long>();
        Run(new Report(_ => steps.Add(LiveTensors.OnThread)));
        Assert.That(LiveTensors.OnThread, Is.AtMost(before));
        Assert.That(steps.Skip(15).Max(), Is.AtMost(steps.Skip(5).Take(5).Max()), "in training");

        void Run(Report? progress = null)
        {
            var mlp = new MlpProbeOptions { BatchSize = 64, MaxExamples = 64 * 20, Evaluations = 4, FirstUnits = 8 };
            var probes = new ProbeSet([options, options with { Seed = 2 }, mlp], progress).Fit(train, View(100));
            new MLContext(1).Probes().Evaluate(probes, View(50));
            foreach (var probe in probes) probe.Dispose();
        }
    }

    private static IDataView View(int rows) => new RowsView<int>(
        () => Enumerable.Range(0, rows),
        new RowsColumn<int>("Features", new VectorDataViewType(NumberDataViewType.Single, Width), (int row) =>
            new VBuffer<float>(Width, [.. Enumerable.Range(0, Width).Select(i => (float)(row * 31 + i * 17 % 101 % 7))])),
        new RowsColumn<int>("Label", new KeyDataViewType(typeof(uint), 3), (int row) => (uint)(row % 3) + 1));

    private sealed class Report(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value) => report(value);
    }
}
