using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What stops the estimators of a trial at work. AutoML tells its trial runner alone when to stop, while estimators are made by a function
/// of a context and a point: so the token goes with the context that the runner makes them in.
/// </summary>
internal sealed class TrialStop : IDisposable
{
    private static readonly ConditionalWeakTable<MLContext, TrialStop> _trials = [];

    private readonly MLContext _context;
    private readonly CancellationToken _token;
    private readonly List<CancellationTokenSource> _linked = [];

    private TrialStop(MLContext context, CancellationToken token) => (_context, _token) = (context, token);

    /// <summary>Lets a token stop every estimator that is made in a context, until it is disposed of: after the trial.</summary>
    public static TrialStop Begin(MLContext context, CancellationToken token)
    {
        var trial = new TrialStop(context, token);
        _trials.AddOrUpdate(context, trial);
        return trial;
    }

    /// <summary>What stops an estimator of a context: its own token, or that of the trial at work there.</summary>
    public static CancellationToken Of(MLContext context, CancellationToken own) =>
        _trials.TryGetValue(context, out var trial) ? trial.Linked(own) : own;

    /// <summary>Ends the trial; estimators made in the context from now on have their own token alone.</summary>
    public void Dispose()
    {
        _trials.Remove(_context);
        foreach (var source in _linked) source.Dispose();
    }

    private CancellationToken Linked(CancellationToken own)
    {
        if (!own.CanBeCanceled) return _token;
        var both = CancellationTokenSource.CreateLinkedTokenSource(own, _token);
        _linked.Add(both);
        return both.Token;
    }
}
