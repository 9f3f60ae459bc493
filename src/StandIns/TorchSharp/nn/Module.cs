using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public enum Reduction : long { None = 0, Mean = 1, Sum = 2 }

        /// <summary>A tree of modules with their parameters and buffers.</summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Parameter> _parametersByName = [];
            private readonly OrderedDictionary<string, (Tensor Tensor, bool Persistent)> _buffersByName = [];
            private readonly OrderedDictionary<string, Module> _childrenByName = [];
            private bool _registered, _training = true;

            protected string name;

            protected Module(string name) => this.name = name;

            ~Module() => Dispose(false);

            public virtual bool training => _training;

            public virtual string GetName() => name;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var (_, buffer) in _buffersByName) buffer.Tensor.Dispose();
                foreach (var (_, parameter) in _parametersByName) parameter.Dispose();
                foreach (var (_, child) in _childrenByName) child.Dispose();
            }

            /// <summary>Registers the instance fields that hold modules, parameters or tensors, once.</summary>
            protected virtual void RegisterComponents()
            {
                if (_registered) return;
                _registered = true;
                foreach (var field in Fields)
                {
                    var key = field.ComponentName();
                    switch (field.GetValue(this))
                    {
                        case Module module when !_childrenByName.ContainsKey(key):
                            register_module(key, module);
                            break;
                        case Parameter parameter when !_parametersByName.ContainsKey(key):
                            register_parameter(key, parameter);
                            break;
                        case Tensor tensor when tensor is not Modules.Parameter && !_buffersByName.ContainsKey(key):
                            register_buffer(key, tensor);
                            break;
                    }
                }
            }

            private FieldInfo[] Fields => GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _childrenByName.Remove(name);
                    return;
                }
                if (string.IsNullOrEmpty(name)) throw new ArgumentException("A module's name cannot be empty.");
                if (name.Contains('.')) throw new ArgumentException($"A module's name cannot contain '.': '{name}'.");
                if (_childrenByName.ContainsKey(name)) throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _childrenByName.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid)
                    throw new ArgumentNullException(nameof(param), $"Parameter {name} is null.");
                if (!_parametersByName.TryAdd(name, param)) throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid)
                    throw new ArgumentNullException(nameof(tensor), $"Buffer {name} is null.");
                if (!_buffersByName.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            protected void ConditionallyRegisterParameter(string name, Tensor value)
            {
                if (value is null) _parametersByName.Remove(name);
                else _parametersByName[name] = value as Parameter ?? new Parameter(value);
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor value, bool persistent = true)
            {
                if (value is null) _buffersByName.Remove(name);
                else _buffersByName[name] = (value, persistent);
            }

            protected void ClearModules() => _childrenByName.Clear();

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in _childrenByName) child.train(train);
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in _childrenByName) child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    if (set_to_none) parameter.grad = null;
                    else ZeroGrad(parameter);
                }
            }

            internal static void ZeroGrad(Tensor tensor)
            {
                using var grad = tensor.grad;
                if (grad is null) return;
                using (no_grad()) grad.zero_();
            }
        }
    }
}
