using MlNetLlm.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// The published TopK layout (openai/sparse_autoencoder, v5): pre_bias (d), encoder.weight (C, d), latent_bias (C), decoder.weight (d, C),
/// and beside them the name of the activation and its k.
/// </summary>
internal static class PublishedAutoencoder
{
    /// <summary>Reads a file of torch.save, or a safetensors file of the same names.</summary>
    public static SparseAutoencoder Read(string path, int? activeLatents)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? FromSafetensors(path, activeLatents) : FromArchive(path, activeLatents);
    }

    private static SparseAutoencoder FromArchive(string path, int? activeLatents)
    {
        using var file = TorchArchive.Open(path);
        if (file.Value("activation") is string activation && activation != "TopK")
            throw new InvalidDataException($"'{path}' is an autoencoder with activation {activation}; TopK alone is read.");
        var k = activeLatents ?? (file.Value("activation_state_dict") is Dictionary<string, object?> state
            && state.GetValueOrDefault("k") is long stored and > 0 and <= int.MaxValue ? (int)stored : null);
        var encoder = file.Read("encoder.weight", -1, -1);
        return Of(path, k, encoder, (name, shape) => file.Read(name, shape));
    }

    private static SparseAutoencoder FromSafetensors(string path, int? activeLatents)
    {
        using var file = Safetensors.Open(path);
        return Of(path, activeLatents, file.Read("encoder.weight", ScalarType.Float32), (name, shape) =>
            file.Entry(name).Shape.SequenceEqual(shape) ? file.Read(name, ScalarType.Float32) : throw new InvalidDataException(
                $"'{path}': tensor '{name}' has shape ({string.Join(", ", file.Entry(name).Shape)}), expected "
                + $"({string.Join(", ", shape)})."));
    }

    private static SparseAutoencoder Of(string path, int? k, Tensor encoder, Func<string, long[], Tensor> read)
    {
        if (encoder.dim() != 2) throw new InvalidDataException($"'{path}': tensor 'encoder.weight' is no matrix.");
        var (latents, width) = (encoder.size(0), encoder.size(1));
        if (k is not { } active)
            throw new ArgumentException($"'{path}' does not say how many latents are active. Set activeLatents.", nameof(k));
        if (active < 1 || active > latents || width < 2)
            throw new InvalidDataException(
                $"'{path}' has width {width}, {latents} latents and {active} active ones; expected 2 or more, and k of C.");
        return new SparseAutoencoder(
            encoder, read("latent_bias", [latents]), read("decoder.weight", [width, latents]).t().contiguous(), read("pre_bias", [width]),
            active);
    }
}
