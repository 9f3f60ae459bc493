namespace MlNetLlm.Sweeps;

/// <summary>The models of an experiment's trials: the best so far, which AutoML keeps, and the last, which its monitor may look at.</summary>
/// <remarks>AutoML's best is the first with the smallest loss. Trials run one after another.</remarks>
internal sealed class TrialModels
{
    private (IDisposable Model, double Loss)? _best;
    private IDisposable? _beaten;
    private int _trial = -1;

    /// <summary>A trial begins: frees what was beaten by the ones before.</summary>
    /// <param name="trial">Its number; where it is no higher than the last one's, a new run begins, and the best is the caller's.</param>
    public void Begin(int trial)
    {
        if (trial <= _trial) (_best, _beaten) = (null, null);
        _trial = trial;
        _beaten?.Dispose();
        _beaten = null;
    }

    /// <summary>A trial ends.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="loss">A finite number.</param>
    public void End(IDisposable model, double loss)
    {
        if (_best is { } best && !(loss < best.Loss))
        {
            _beaten = model;
            return;
        }
        _beaten = _best?.Model;
        _best = (model, loss);
    }
}
