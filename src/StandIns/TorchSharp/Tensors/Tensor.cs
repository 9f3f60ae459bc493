using System.Runtime.CompilerServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>One reference to libtorch's TensorImpl, given back on disposal, by the scope or by the finalizer.</summary>
    public partial class Tensor : IDisposable
    {
        private static long _total, _peak;

        private nint _handle;
        internal DisposeScope Scope;
        internal int Slot;

        internal Tensor(nint handle) : this(handle, register: true) { }

        internal Tensor(nint handle, bool register)
        {
            _handle = handle;
            Count();
            if (register) DisposeScopeManager.Register(this);
        }

        // A finalizer counts on its own thread, as the real library's does.
        ~Tensor()
        {
            if (_handle != 0) DisposeScopeManager.Statistics.DisposedOutsideScopeCount++;
            Dispose(false);
        }

        public static long TotalCount => Interlocked.Read(ref _total);
        public static long PeakCount => Interlocked.Read(ref _peak);

        public nint Handle => LiveHandle;
        public bool IsInvalid => _handle == 0;

        internal nint LiveHandle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        /// <summary>Gives the handle away; the tensor is invalid afterwards.</summary>
        public nint DecoupleFromNativeHandle()
        {
            var handle = LiveHandle;
            CountDisposal();
            Forget();
            return handle;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (Scope is { } scope) scope.MoveToOther(other, this);
            else other?.Attach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.Scope);

        public Tensor DetachFromDisposeScope()
        {
            Scope?.Detach(this);
            return this;
        }

        public void Dispose()
        {
            if (_handle == 0) return;
            CountDisposal();
            Free();
        }

        private void CountDisposal()
        {
            if (Scope is { } scope) scope.MarkAsDisposed(this);
            else DisposeScopeManager.Statistics.DisposedOutsideScopeCount++;
        }

        protected virtual void Dispose(bool disposing)
        {
            var handle = _handle;
            if (handle == 0) return;
            _handle = 0;
            Interlocked.Decrement(ref _total);
            Native.ts_release(handle);
        }

        /// <summary>Disposal as the scope does it, which keeps its own books.</summary>
        internal void Free()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Moves the handle, and the place in the scope, to a tensor that takes this one's place.</summary>
        internal nint HandOver()
        {
            var handle = LiveHandle;
            Forget();
            return handle;
        }

        /// <summary>A second object for the same native tensor.</summary>
        internal Tensor Again()
        {
            Native.ts_retain(LiveHandle);
            return new Tensor(_handle);
        }

        private void Forget()
        {
            _handle = 0;
            Interlocked.Decrement(ref _total);
            GC.SuppressFinalize(this);
        }

        private static void Count()
        {
            var total = Interlocked.Increment(ref _total);
            if (total > _peak) _peak = total;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);
        public bool Equals(Tensor target) => ReferenceEquals(this, target) || (target is not null && SameValues(target));
        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

        private bool SameValues(Tensor other) =>
            dtype == other.dtype && shape.AsSpan().SequenceEqual(other.shape) && Ops.equal.CallValue(this, other).Int != 0;

        public override string ToString()
        {
            if (IsInvalid) return "";
            return $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
        }
    }
}
