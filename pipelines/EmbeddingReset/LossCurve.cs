using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Keeps the training loss along a run, averaged over stretches of updates, and passes progress on.</summary>
internal sealed class LossCurve(int stretch, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private readonly List<LossPoint> _points = [];
    private double _sum;
    private int _count;

    /// <summary>The points so far.</summary>
    public IReadOnlyList<LossPoint> Points => _points;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        next.Report(value);
        (_sum, _count) = (_sum + value.Loss, _count + 1);
        if (_count < stretch) return;
        _points.Add(new LossPoint(value.Step, Math.Round(_sum / _count, 4)));
        (_sum, _count) = (0, 0);
    }
}
