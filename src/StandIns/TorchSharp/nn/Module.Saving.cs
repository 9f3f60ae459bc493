using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The package's own binary format: the number of tensors, then name, type, rank, sizes and bytes of each.
        public partial class Module
        {
            public Module save(string location, IList<string> skip = null) => save(File.Create(location), skip);

            /// <summary>Closes the stream.</summary>
            public Module save(Stream stream, IList<string> skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string> skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string> skip = null)
            {
                var wanted = sd.Where(e => skip is null || !skip.Contains(e.Key)).ToList();
                writer.Encode(wanted.Count);
                foreach (var (key, tensor) in wanted)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            public virtual Module load(
                string location, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null) =>
                load(File.OpenRead(location), strict, skip, loadedParameters);

            /// <summary>Closes the stream.</summary>
            public Module load(
                Stream stream, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(
                BinaryReader reader, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                var mine = state_dict();
                if (loadedParameters is not null) foreach (var key in mine.Keys) loadedParameters[key] = false;
                var count = reader.Decode();
                if (strict && count != mine.Count)
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {mine.Count}, but found {count} entries.");
                for (long i = 0; i < count; i++)
                {
                    var key = reader.ReadString();
                    bool known = mine.TryGetValue(key, out var tensor), skipped = skip is not null && skip.Contains(key);
                    if (!known && strict)
                        throw new ArgumentException($"Mismatched module state names: the target module has no '{key}'.");
                    using var loaded = TensorExtensionMethods.Load(reader);
                    if (!known || skipped) continue;
                    using (no_grad()) tensor.copy_(loaded);
                    if (loadedParameters is not null) loadedParameters[key] = true;
                }
                return this;
            }
        }
    }
}
