using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Keeps the validations along a training, with the time that training alone took, and passes progress on.</summary>
internal sealed class StudentCurve(IProgress<TrainingProgress> next, TimeProvider clock) : IProgress<TrainingProgress>
{
    private readonly List<CurvePoint> _points = [];
    private long _last = clock.GetTimestamp();
    private double _seconds;

    /// <summary>The validations so far.</summary>
    public IReadOnlyList<CurvePoint> Points => _points;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        next.Report(value);
        var now = clock.GetTimestamp();
        if (value.Phase == "evaluate")
            _points.Add(new CurvePoint(value.Tokens, _seconds, value.ValidationLoss!.Value));
        else
            _seconds += clock.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
    }
}
