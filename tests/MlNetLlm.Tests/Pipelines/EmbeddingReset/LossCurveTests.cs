using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class LossCurveTests
{
    [Test]
    public void Report_AveragesStretches_AndPassesEveryUpdateOn()
    {
        var passed = new Recorder();
        var curve = new LossCurve(3, passed);
        for (var step = 1; step <= 8; step++) curve.Report(new TrainingProgress(step, 8, step, null, 0, 0, TimeSpan.Zero, 0, "train"));
        Assert.That(curve.Points, Is.EqualTo(new[] { new LossPoint(3, 2), new LossPoint(6, 5) }), "the last two make no whole stretch");
        Assert.That(passed.Steps, Is.EqualTo(Enumerable.Range(1, 8)));
    }

    private sealed class Recorder : IProgress<TrainingProgress>
    {
        public List<int> Steps { get; } = [];

        public void Report(TrainingProgress value) => Steps.Add(value.Step);
    }
}
