namespace MlNetLlm.Mapping;

/// <summary>
/// What stops a step at work on a batch of rows. ML.NET's views and cursors know no token, while a language model can take long over a
/// batch: so whoever reads rows and has a token lends it to the steps that compute them, on its thread and on those that it starts.
/// </summary>
internal readonly struct WorkStop : IDisposable
{
    private static readonly AsyncLocal<CancellationToken> _lent = new();

    private readonly CancellationToken _before;

    private WorkStop(CancellationToken before) => _before = before;

    /// <summary>The token that is lent now; none where nobody lent one.</summary>
    public static CancellationToken Token => _lent.Value;

    /// <summary>Lends a token until the result is disposed of; one that cannot be cancelled leaves the one before in place.</summary>
    public static WorkStop Lend(CancellationToken token)
    {
        var stop = new WorkStop(_lent.Value);
        if (token.CanBeCanceled) _lent.Value = token;
        return stop;
    }

    /// <summary>Puts the token before back.</summary>
    public void Dispose() => _lent.Value = _before;
}
