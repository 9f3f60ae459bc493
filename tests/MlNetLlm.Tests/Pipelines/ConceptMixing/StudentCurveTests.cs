using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public sealed class StudentCurveTests
{
    /// <summary>Two seconds a step; the first comes after reading, the validated ones after a validation.</summary>
    [Test]
    public void Points_HaveTheTimeOfTheSteps_NotOfReadingAndValidating()
    {
        var clock = new SetClock();
        var curve = new StudentCurve(new Progress<TrainingProgress>(), clock);
        foreach (var (at, phase) in new[]
                 {
                     (100, "train"), (102, "train"), (104, "train"), (126, "evaluate"), (128, "train"), (150, "evaluate"),
                 })
        {
            clock.Seconds = at;
            curve.Report(new TrainingProgress(1, 6, 5, phase == "evaluate" ? 4 : null, 0.1, 100, TimeSpan.Zero, at, phase));
        }
        Assert.That(curve.Points.Select(point => (point.Tokens, point.Seconds)), Is.EqualTo(new[] { (126L, 8.0), (150L, 12.0) }));
    }

    private sealed class SetClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
