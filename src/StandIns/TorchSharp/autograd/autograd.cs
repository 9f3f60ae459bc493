namespace TorchSharp;

public static unsafe partial class torch
{
    public static partial class autograd
    {
        public static void backward(
            IList<Tensor> tensors, IList<Tensor> grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor> inputs = null)
        {
            bool retain = retain_graph ?? create_graph;
            fixed (nint* outs = Handles(tensors), grads = Handles(grad_tensors), ins = Handles(inputs))
            {
                int status = Native.ts_backward(outs, tensors.Count, grads, ins, inputs?.Count ?? 0, retain ? 1 : 0, create_graph ? 1 : 0);
                GC.KeepAlive(tensors);
                GC.KeepAlive(grad_tensors);
                GC.KeepAlive(inputs);
                Native.Check(status);
            }
        }

        public static void backward(
            Tensor tensor, IList<Tensor> grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor> inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null) =>
            backward([tensor], grad_tensor is null ? null : [grad_tensor], retain_graph, create_graph, inputs);

        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            var results = new nint[inputs.Count];
            fixed (nint* outs = Handles(outputs), ins = Handles(inputs), grads = Handles(grad_outputs), res = results)
            {
                int status = Native.ts_grads(
                    outs, outputs.Count, ins, inputs.Count, grads, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, res);
                GC.KeepAlive(outputs);
                GC.KeepAlive(inputs);
                GC.KeepAlive(grad_outputs);
                Native.Check(status);
            }
            return Array.ConvertAll(results, h => h == 0 ? null : new Tensor(h));
        }

        internal static nint[] Handles(IList<Tensor> tensors)
        {
            if (tensors is null || tensors.Count == 0) return null;
            var handles = new nint[tensors.Count];
            for (int i = 0; i < handles.Length; i++) handles[i] = tensors[i] is { } t ? t.LiveHandle : 0;
            return handles;
        }
    }
}
