using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Keeps the validations along a training, with the time that training alone took, and passes progress on. The first step's time, with
/// all reading before it, and that of steps with a validation are taken to be the mean of the others'.
/// </summary>
internal sealed class StudentCurve(IProgress<TrainingProgress> next, TimeProvider clock) : IProgress<TrainingProgress>
{
    private readonly List<CurvePoint> _points = [];
    private long? _last;
    private double _seconds;
    private long _timed, _steps;

    /// <summary>The validations so far.</summary>
    public IReadOnlyList<CurvePoint> Points => _points;

    private double Seconds => _timed == 0 ? 0 : _seconds / _timed * _steps;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        next.Report(value);
        var now = clock.GetTimestamp();
        var validated = value.Phase == "evaluate";
        _steps++;
        if (!validated && _last is { } last)
        {
            _seconds += clock.GetElapsedTime(last, now).TotalSeconds;
            _timed++;
        }
        if (validated) _points.Add(new CurvePoint(value.Tokens, Seconds, value.ValidationLoss!.Value));
        _last = now;
    }
}
