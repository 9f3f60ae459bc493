using System.Diagnostics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Holds what was created on its thread while it was the innermost scope, and disposes it with itself.
/// A tensor knows its place here, so that taking it out costs nothing.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager _manager;
    private Tensor[] _tensors = new Tensor[16];
    private int _end, _live;

    internal DisposeScope(DisposeScope outer, DisposeScopeManager manager) => (Outer, _manager) = (outer, manager);

    internal DisposeScope Outer { get; set; }

    public int DisposablesCount => _live;

    public IReadOnlyList<IDisposable> DisposablesView => [.. _tensors.Take(_end).Where(t => t is not null)];

    public bool Contains(IDisposable disposable) => disposable is Tensor tensor && tensor.Scope == this;

    public void Attach(IDisposable disposable)
    {
        if (disposable is not Tensor tensor) throw new InvalidOperationException("DisposeScope can only manage Tensor or PackedSequence");
        if (tensor.IsInvalid || tensor.Scope == this) return;
        tensor.Scope?.Remove(tensor);
        Add(tensor);
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var all = disposables.ToList();
        all.ForEach(Attach);
        return all;
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        MoveOne(null, disposable);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => MoveToOther(null, (IEnumerable<IDisposable>)disposables);
    public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(Outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(Outer, (IEnumerable<IDisposable>)disposables);
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(Outer, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        MoveOne(scope, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second));

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) MoveOne(scope, disposable);
    }

    private void MoveOne(DisposeScope scope, IDisposable disposable)
    {
        if (!Contains(disposable)) return;
        Remove((Tensor)disposable);
        if (scope is null) _manager.Counts.DetachedFromScopeCount++;
        else scope.Attach(disposable);
    }

    public void DisposeEverything() => DisposeEverythingBut(Array.Empty<IDisposable>());

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        var (tensors, end) = (_tensors, _end);
        (_tensors, _end, _live) = (new Tensor[16], 0, 0);
        for (int i = 0; i < end; i++)
        {
            if (tensors[i] is not { } tensor) continue;
            if (keep.Count > 0 && keep.Contains(tensor))
            {
                Add(tensor);
                continue;
            }
            tensor.Scope = null;
            _manager.Counts.DisposedInScopeCount++;
            tensor.Free();
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut([first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut([first, second, third]);
        return (first, second, third);
    }

    public void MarkAsDisposed(IDisposable disposable)
    {
        if (!Contains(disposable)) return;
        _manager.Counts.DisposedInScopeCount++;
        Remove((Tensor)disposable);
    }

    public void Dispose()
    {
        DisposeEverything();
        _manager.Close(this);
    }

    internal void Add(Tensor tensor)
    {
        if (_end == _tensors.Length) MakeRoom();
        tensor.Scope = this;
        tensor.Slot = _end;
        _tensors[_end++] = tensor;
        _live++;
    }

    /// <summary>Lets a parameter take the place of the tensor it was made from.</summary>
    internal void Replace(Tensor old, Tensor heir)
    {
        Debug.Assert(ReferenceEquals(_tensors[old.Slot], old));
        (heir.Scope, heir.Slot) = (this, old.Slot);
        _tensors[old.Slot] = heir;
        old.Scope = null;
    }

    private void Remove(Tensor tensor)
    {
        _tensors[tensor.Slot] = null;
        tensor.Scope = null;
        _live--;
        if (tensor.Slot == _end - 1) _end--;
    }

    /// <summary>Closes the gaps that removed tensors left, or grows.</summary>
    private void MakeRoom()
    {
        var old = _tensors;
        if (_live > old.Length / 2) _tensors = new Tensor[old.Length * 2];
        int to = 0;
        for (int from = 0; from < _end; from++)
        {
            if (old[from] is not { } tensor) continue;
            tensor.Slot = to;
            _tensors[to++] = tensor;
        }
        if (_tensors == old) Array.Clear(old, to, _end - to);
        _end = to;
    }
}
