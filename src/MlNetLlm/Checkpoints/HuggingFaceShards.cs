using System.Text.Json;
using System.Text.Json.Nodes;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>Writes a model's weights under their Hugging Face names, in as many files as their size asks for.</summary>
internal static class HuggingFaceShards
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };
    private static readonly Dictionary<string, string> _metadata = new() { ["format"] = "pt" };

    internal static void Write(
        TransformerModel module, HuggingFaceArchitecture architecture, string folder, HuggingFaceOptions options, IFileSystem fileSystem)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var shards = Split(Packed(module, architecture), options);
        var total = 0L;
        var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; number < shards.Count; number++)
        {
            var name = shards.Count == 1 ? HuggingFaceWeights.FileName : $"model-{number + 1:00000}-of-{shards.Count:00000}.safetensors";
            Safetensors.Write(fileSystem, Path.Combine(folder, name), shards[number], _metadata, options.Weights, options.Limits);
            foreach (var (tensor, value) in shards[number])
            {
                places[tensor] = name;
                total += Bytes(value, options);
            }
        }
        if (shards.Count > 1)
            AtomicFile.WriteAllText(fileSystem, Path.Combine(folder, HuggingFaceWeights.IndexName), Index(places, total));
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Packed(TransformerModel module, HuggingFaceArchitecture architecture)
    {
        var weights = module.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach());
        foreach (var names in WeightNames.Expand(architecture.Weights, module.Config.Layers))
            if (names.Ours.All(weights.ContainsKey))
                yield return (names.Theirs, WeightLayouts.Pack(names.Layout, [.. names.Ours.Select(ours => weights[ours])]));
    }

    private static List<List<(string Name, Tensor Tensor)>> Split(
        IEnumerable<(string Name, Tensor Tensor)> tensors, HuggingFaceOptions options)
    {
        var shards = new List<List<(string Name, Tensor Tensor)>> { new() };
        var bytes = 0L;
        foreach (var tensor in tensors)
        {
            var size = Bytes(tensor.Tensor, options);
            if (bytes > 0 && bytes + size > options.MaxShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes += size;
        }
        return shards;
    }

    private static long Bytes(Tensor tensor, HuggingFaceOptions options) =>
        tensor.numel() * (tensor.dtype == ScalarType.Float32 ? SafetensorsType.Of(options.Weights)!.Size : tensor.ElementSize);

    private static string Index(SortedDictionary<string, string> places, long total)
    {
        var map = new JsonObject(places.Select(place => KeyValuePair.Create(place.Key, (JsonNode?)place.Value)));
        return new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map }.ToJsonString(_indented)
            + "\n";
    }
}
