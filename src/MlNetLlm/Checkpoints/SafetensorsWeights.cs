using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>A safetensors file whose tensors carry the model's own names, as a source of weights.</summary>
internal static class SafetensorsWeights
{
    /// <summary>Reads each weight straight into its final place: in half precision where it is stored so, else as Float32.</summary>
    internal static WeightSource Source(SafetensorsFile file) => (name, _, shape) =>
    {
        var entry = file.Entry(name);
        long[] stored = [.. entry.Shape];
        if (!stored.AsSpan().SequenceEqual(shape))   // before anything is allocated
            throw new InvalidDataException(
                $"Tensor '{name}' has shape {Shapes.Text(stored)}, the model's configuration asks for {Shapes.Text(shape)}.");
        return file.Read(name, entry.Type is ScalarType.BFloat16 or ScalarType.Float16 ? entry.Type : ScalarType.Float32);
    };

    /// <summary>Throws when a configuration asks for more layers than there are tensors, before any work is done for that number.</summary>
    internal static void RequireLayers(TransformerConfig config, int tensors, string origin)
    {
        if (config.Layers > tensors)
            throw new InvalidDataException($"'{origin}': the configuration says {config.Layers} layers, there are {tensors} tensors.");
    }

    /// <summary>Throws when the file holds tensors that the model has no place for.</summary>
    internal static void RequireAllUsed(SafetensorsFile file, TransformerModel model)
    {
        var known = model.named_parameters().Select(p => p.name).ToHashSet();
        string[] unknown = [.. file.Header.Tensors.Select(entry => entry.Name).Where(name => !known.Contains(name))];
        if (unknown.Length > 0)
            throw new InvalidDataException(
                $"The file holds {unknown.Length} tensor(s) that the model has no place for: {string.Join(", ", unknown.Take(5))}. "
                + "Its configuration belongs to another model.");
    }
}
