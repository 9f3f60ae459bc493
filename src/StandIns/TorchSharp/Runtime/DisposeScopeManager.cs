namespace TorchSharp;

/// <summary>The current thread's dispose scopes.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager _current;

    private DisposeScope _top;

    public static ThreadDisposeScopeStatistics Statistics => OfThread.Counts;

    internal ThreadDisposeScopeStatistics Counts { get; } = new();

    internal static DisposeScopeManager OfThread => _current ??= new();

    internal static DisposeScope Current => OfThread._top;

    internal static DisposeScope Open()
    {
        var manager = OfThread;
        return manager._top = new DisposeScope(manager._top, manager);
    }

    /// <summary>Puts a new tensor into the innermost scope, if there is one.</summary>
    internal static void Register(torch.Tensor tensor)
    {
        var manager = OfThread;
        if (manager._top is { } scope)
        {
            manager.Counts.CreatedInScopeCount++;
            scope.Add(tensor);
        }
        else
        {
            manager.Counts.CreatedOutsideScopeCount++;
        }
    }

    internal void Close(DisposeScope scope)
    {
        if (_top == scope) _top = scope.Outer;
        else for (var s = _top; s is not null; s = s.Outer) if (s.Outer == scope) s.Outer = scope.Outer;
    }
}

public class ThreadDisposeScopeStatistics
{
    public long CreatedOutsideScopeCount { get; internal set; }
    public long CreatedInScopeCount { get; internal set; }
    public long DisposedInScopeCount { get; internal set; }
    public long DetachedFromScopeCount { get; internal set; }
    public long ThreadTotalLiveCount => CreatedInScopeCount + CreatedOutsideScopeCount - DisposedInScopeCount - DisposedOutsideScopeCount;

    internal long DisposedOutsideScopeCount { get; set; }

    public void Reset() =>
        CreatedOutsideScopeCount = CreatedInScopeCount = DisposedInScopeCount = DetachedFromScopeCount = DisposedOutsideScopeCount = 0;
}
