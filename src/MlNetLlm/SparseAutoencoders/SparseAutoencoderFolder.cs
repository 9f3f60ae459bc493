using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>An autoencoder's folder: <c>autoencoder.json</c> and <c>autoencoder.safetensors</c>.</summary>
internal static class SparseAutoencoderFolder
{
    private const string ManifestName = "autoencoder.json", WeightsName = "autoencoder.safetensors";

    public static void Save(SparseAutoencoder autoencoder, string folder) =>
        AtomicFolder.Write(FileSystems.Default, folder, temporary => WriteFiles(autoencoder, temporary));

    public static SparseAutoencoder Load(string folder) => Read(AtomicFolder.Open(folder)).Autoencoder;

    public static void WriteFiles(SparseAutoencoder autoencoder, string folder, SparseCodeColumns? columns = null)
    {
        Safetensors.Write(
            FileSystems.Default, Path.Combine(folder, WeightsName),
            autoencoder.Parameters.Select(item => (item.Name, (Tensor)item.Parameter)));
        var manifest = new SparseAutoencoderManifest(
            SparseAutoencoderManifest.CurrentFormat, autoencoder.Width, autoencoder.Latents, autoencoder.ActiveLatents, columns);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, ManifestName), StrictJson.ToBytes(manifest));
    }

    public static SparseAutoencoder ReadFiles(string folder) => Read(folder).Autoencoder;

    public static SparseAutoencoderTransformer ReadTransformer(string folder)
    {
        var (autoencoder, columns) = Read(folder);
        return new SparseAutoencoderTransformer(autoencoder, columns ?? new SparseCodeColumns());
    }

    private static (SparseAutoencoder Autoencoder, SparseCodeColumns? Columns) Read(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        var manifest = StrictJson.ReadFile<SparseAutoencoderManifest>(path);
        if (manifest.Format != SparseAutoencoderManifest.CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {manifest.Format}; this version reads {SparseAutoencoderManifest.CurrentFormat}.");
        var (d, c, k) = (manifest.Width, manifest.Latents, manifest.ActiveLatents);
        if (d < 2 || c < 1 || k < 1 || k > c)
            throw new InvalidDataException($"'{path}' has width {d}, {c} latents and {k} active ones; it is damaged.");
        using var scope = NewDisposeScope();
        using var file = Safetensors.Open(Path.Combine(folder, WeightsName));
        return (new SparseAutoencoder(Take("encoder", c, d), Take("latent_bias", c), Take("decoder", c, d), Take("pre_bias", d), k),
            manifest.Columns);

        Tensor Take(string name, params long[] shape)
        {
            // Sizes are compared before anything is allocated: the manifest is as foreign as the tensors.
            if (!file.Entry(name).Shape.SequenceEqual(shape))
                throw new InvalidDataException(
                    $"'{folder}': tensor '{name}' has shape ({string.Join(", ", file.Entry(name).Shape)}); {ManifestName} asks for "
                    + $"({string.Join(", ", shape)}).");
            return file.Read(name, ScalarType.Float32);
        }
    }
}

/// <summary>An autoencoder's <c>autoencoder.json</c>.</summary>
internal sealed record SparseAutoencoderManifest(int Format, int Width, int Latents, int ActiveLatents, SparseCodeColumns? Columns)
{
    public const int CurrentFormat = 1;
}
