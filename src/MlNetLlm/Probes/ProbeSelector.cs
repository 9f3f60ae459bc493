namespace MlNetLlm.Probes;

/// <summary>Keeps a probe's best weights by its validations, and says when to stop.</summary>
internal sealed class ProbeSelector(ProbeOptions options) : IDisposable
{
    private ProbeValidation? _best;
    private int _bestStep, _sinceBest;
    private ProbeNetwork? _network;

    /// <summary>Whether patience ran out; from then on nothing is kept.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the validation after a step.</summary>
    public void Take(int step, ProbeValidation validation, Func<ProbeNetwork> copy)
    {
        if (Stopped) return;
        if (_best is { } best && !IsBetter(validation, best))
        {
            Stopped = options.Patience > 0 && ++_sinceBest >= options.Patience;
            return;
        }
        _network?.Dispose();
        (_best, _bestStep, _sinceBest, _network) = (validation, step, 0, copy());
    }

    /// <summary>Hands out the kept weights, or those at the end where there was no validation.</summary>
    public ProbeNetwork Network(Func<ProbeNetwork> last)
    {
        var kept = _network ?? last();
        _network = null;
        return kept;
    }

    /// <summary>How it went.</summary>
    public ProbeTrainingResult Result(int steps, double? loss) => new(
        steps, loss, _best is null ? null : _bestStep, _best?.Accuracy, _best?.Loss, Stopped);

    public void Dispose() => _network?.Dispose();

    private bool IsBetter(ProbeValidation one, ProbeValidation other) => options.BestBy == ProbeSelection.Loss
        ? one.Loss < other.Loss
        : one.Accuracy > other.Accuracy || (one.Accuracy == other.Accuracy && one.Loss < other.Loss);
}

/// <summary>A probe on labelled validation rows: share right, and mean cross-entropy in nats.</summary>
internal sealed record ProbeValidation(double Accuracy, double Loss);
