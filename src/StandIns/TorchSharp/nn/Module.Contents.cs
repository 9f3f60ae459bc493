using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // What a module holds, by name.
        public partial class Module
        {
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<nint> { 0 };
                foreach (var (key, parameter) in _parametersByName)
                    if (!parameter.IsInvalid && seen.Add(parameter.Handle)) yield return (key, parameter);
                if (!recurse) yield break;
                foreach (var (child, module) in _childrenByName)
                    foreach (var (key, parameter) in module.named_parameters())
                        if (seen.Add(parameter.Handle)) yield return ($"{child}.{key}", parameter);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<nint> { 0 };
                foreach (var (key, (tensor, persistent)) in _buffersByName)
                    if ((persistent || include_nonpersistent) && !tensor.IsInvalid && seen.Add(tensor.Handle)) yield return (key, tensor);
                if (!recurse) yield break;
                foreach (var (child, module) in _childrenByName)
                    foreach (var (key, tensor) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(tensor.Handle)) yield return ($"{child}.{key}", tensor);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => _childrenByName.Select(c => (c.Key, c.Value));

            public virtual IEnumerable<Module> children() => named_children().Select(c => c.module);

            /// <summary>All modules below this one, without it.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (key, module) in _childrenByName) yield return (key, module);
                foreach (var (child, module) in _childrenByName)
                    foreach (var (key, inner) in module.named_modules()) yield return ($"{child}.{key}", inner);
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Parameter get_parameter(string target) =>
                _parametersByName.TryGetValue(target, out var parameter) ? parameter : Below(target, (m, rest) => m.get_parameter(rest));

            public virtual Tensor get_buffer(string target) =>
                _buffersByName.TryGetValue(target, out var buffer) ? buffer.Tensor : Below(target, (m, rest) => m.get_buffer(rest));

            private T Below<T>(string target, Func<Module, string, T> find) where T : class
            {
                var dot = target.IndexOf('.');
                return dot > 0 && _childrenByName.TryGetValue(target[..dot], out var child) ? find(child, target[(dot + 1)..]) : null;
            }

            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor> destination = null, string prefix = null)
            {
                destination ??= [];
                string Key(string name) => string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}";
                foreach (var (key, parameter) in named_parameters()) destination.TryAdd(Key(key), parameter);
                foreach (var (key, buffer) in named_buffers(include_nonpersistent: false)) destination.TryAdd(Key(key), buffer);
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string> skip = null)
            {
                var mine = state_dict();
                bool Wanted(string key) => skip is null || !skip.Contains(key);
                var missing = mine.Keys.Where(k => Wanted(k) && !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => Wanted(k) && !mine.ContainsKey(k)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                {
                    throw new InvalidOperationException(
                        $"The loaded state_dict is not identical to the target dictionary: missing [{string.Join(", ", missing)}], " +
                        $"unexpected [{string.Join(", ", unexpected)}].");
                }
                using (no_grad())
                    foreach (var (key, tensor) in mine)
                        if (Wanted(key) && source.TryGetValue(key, out var value)) tensor.copy_(value);
                return (missing, unexpected);
            }
        }
    }
}
