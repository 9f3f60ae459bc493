using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<nn.IModule<Tensor, Tensor>> _list = [];

        protected Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (var module in modules) append(module);
        }

        protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
        {
            foreach (var (name, module) in modules) append(name, module);
        }

        internal static Sequential Of(params nn.Module<Tensor, Tensor>[] modules) => new(modules);
        internal static Sequential Of(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) => new(modules);

        public int Count => _list.Count;
        public nn.IModule<Tensor, Tensor> this[int index] => _list[index];

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append($"{_list.Count}", module);

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            _list.Add(module);
            register_module(name, (nn.Module)module);
            return this;
        }

        protected override void RegisterComponents() { }

        public override Tensor forward(Tensor tensor)
        {
            using var scope = NewDisposeScope();
            var result = tensor;
            foreach (var module in _list) result = module.call(result);
            return _list.Count == 0 ? tensor.alias().MoveToOuterDisposeScope() : result.MoveToOuterDisposeScope();
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => Modules.Sequential.Of(Array.Empty<Module<Tensor, Tensor>>());
            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Modules.Sequential.Of(modules);
            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
                Modules.Sequential.Of(modules);
            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules) =>
                Modules.Sequential.Of(Array.ConvertAll(modules, m => (m.Item1, m.Item2)));
            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => Modules.Sequential.Of(modules.ToArray());
            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) =>
                Modules.Sequential.Of(modules.ToArray());
            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules) =>
                Sequential(modules.ToArray());
        }
    }
}
