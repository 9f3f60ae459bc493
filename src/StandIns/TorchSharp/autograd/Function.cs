using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static partial class autograd
    {
        /// <summary>A differentiable function written in managed code.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            private static readonly T Instance = new();

            public abstract string Name { get; }

            internal abstract List<Tensor> Forward(AutogradContext ctx, object[] vars);
            internal abstract List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs);

            public static List<Tensor> apply_internal(params object[] vars)
            {
                var context = new AutogradContext();
                List<Tensor> outputs;
                using (no_grad()) outputs = Instance.Forward(context, vars);
                var inputs = vars.OfType<Tensor>().ToList();
                // A result that is an argument becomes a view of it, so that only the result belongs to the new node.
                for (int i = 0; i < outputs.Count; i++)
                    if (inputs.Exists(t => t.Handle == outputs[i].Handle)) outputs[i] = outputs[i].alias();
                ManagedNode.Attach(inputs, outputs, context, new ManagedNode(Instance.Name, context, Instance.Backward, vars));
                return outputs;
            }
        }

        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars) => [forward(ctx, vars)];
            internal sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs) =>
                backward(ctx, grad_outputs[0]);
        }

        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars) => forward(ctx, vars);
            internal sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grad_outputs) => backward(ctx, grad_outputs);
        }

        /// <summary>The managed side of a graph node; alive (through a GC handle) as long as the native node is.</summary>
        internal sealed class ManagedNode(
            string name, AutogradContext context, Func<AutogradContext, List<Tensor>, List<Tensor>> backward, object[] vars)
        {
            private readonly bool[] _isTensor = Array.ConvertAll(vars, v => v is Tensor);
            private (WeakReference<Tensor> Tensor, long[] Shape, ScalarType Type, Device Device)[] _outputs = [];

            internal static void Attach(List<Tensor> inputs, List<Tensor> outputs, AutogradContext context, ManagedNode node)
            {
                var saved = context.ToSave;
                var differentiable = outputs.ConvertAll(o => (byte)(context.NonDifferentiable.Contains(o, Same) ? 0 : 1)).ToArray();
                node._outputs = [.. outputs.Select(o => (new WeakReference<Tensor>(o), o.shape, o.dtype, o.device))];
                var self = GCHandle.Alloc(node);
                int status;
                fixed (nint* ins = Handles(inputs), outs = Handles(outputs), kept = Handles(saved))
                fixed (byte* marks = differentiable)
                {
                    status = Native.ts_attach(
                        ins, inputs.Count, outs, outputs.Count, marks, kept, saved.Count, &OnBackward, &OnRelease, GCHandle.ToIntPtr(self));
                }
                GC.KeepAlive(inputs);
                GC.KeepAlive(outputs);
                GC.KeepAlive(saved);
                context.HandOverSaved();
                if (status <= 0) self.Free();
                Native.Check(status);
            }

            private static readonly IEqualityComparer<Tensor> Same = new SameHandle();

            private sealed class SameHandle : IEqualityComparer<Tensor>
            {
                public bool Equals(Tensor x, Tensor y) => x.Handle == y.Handle;
                public int GetHashCode(Tensor t) => t.Handle.GetHashCode();
            }

            [UnmanagedCallersOnly]
            private static void OnRelease(nint self) => GCHandle.FromIntPtr(self).Free();

            [UnmanagedCallersOnly]
            private static int OnBackward(nint self, nint* grads, int count, nint* saved, int savedCount, nint* results, int resultCount)
            {
                try
                {
                    using var scope = NewDisposeScope();
                    var node = (ManagedNode)GCHandle.FromIntPtr(self).Target!;
                    node.Run(Wrap(saved, savedCount), node.Gradients(grads, count), new Span<nint>(results, resultCount));
                    return 0;
                }
                catch (Exception e)
                {
                    var message = Encoding.UTF8.GetBytes($"{e.GetType().Name} in a managed backward: {e.Message}\0");
                    fixed (byte* text = message) Native.ts_set_error(text);
                    return -1;
                }
            }

            // As TorchSharp 0.107: zeros like the output, which must still be there. (There the process ends where it is not.)
            private List<Tensor> Gradients(nint* handles, int count)
            {
                var gradients = Wrap(handles, count);
                for (int i = 0; i < count && context.MaterializeGrads; i++)
                {
                    if (gradients[i] is not null) continue;
                    if (_outputs[i].Tensor.TryGetTarget(out var output) && output.IsInvalid) throw new InvalidOperationException(
                        $"{name}: no gradient arrives at output {i + 1} of {count}, and it is disposed; TorchSharp does not survive that. "
                        + "Keep it, or let it take part in what is differentiated.");
                    gradients[i] = zeros(_outputs[i].Shape, _outputs[i].Type, _outputs[i].Device);
                }
                return gradients;
            }

            private static List<Tensor> Wrap(nint* handles, int count)
            {
                var tensors = new List<Tensor>(count);
                for (int i = 0; i < count; i++) tensors.Add(handles[i] == 0 ? null : new Tensor(handles[i]));
                return tensors;
            }

            private void Run(List<Tensor> saved, List<Tensor> grads, Span<nint> results)
            {
                context.Unpacked(saved);
                var gradients = backward(context, grads);
                context.Unpacked([]);
                if (gradients.Count != _isTensor.Length)
                    throw new InvalidOperationException($"{name} returned {gradients.Count} gradients for {_isTensor.Length} arguments.");
                for (int i = 0, tensor = 0; i < gradients.Count; i++)
                {
                    if (!_isTensor[i] && gradients[i] is not null)
                        throw new InvalidOperationException($"{name} returned a gradient for argument {i + 1}, which is not a tensor.");
                    if (!_isTensor[i]) continue;
                    if (gradients[i] is { } gradient)
                    {
                        Native.ts_retain(gradient.Handle);
                        results[tensor] = gradient.Handle;
                    }
                    tensor++;
                }
            }
        }
    }
}
