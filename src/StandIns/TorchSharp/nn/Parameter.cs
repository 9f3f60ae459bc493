namespace TorchSharp.Modules
{
    public class Parameter : torch.Tensor
    {
        /// <summary>Takes over the tensor's handle and its place in its scope; the tensor is invalid afterwards.</summary>
        public Parameter(torch.Tensor data, bool requires_grad = true)
            : base(TakeFrom(data, requires_grad, out var scope), register: false) =>
            scope?.Replace(data, this);

        private static nint TakeFrom(torch.Tensor data, bool requires_grad, out DisposeScope scope)
        {
            data.requires_grad_(requires_grad);
            scope = data.Scope;
            return data.HandOver();
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
