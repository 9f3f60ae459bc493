using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Probes;

/// <summary>A probe's folder: <c>probe.json</c> and <c>probe.safetensors</c>.</summary>
internal static class ProbeFolder
{
    private const string ManifestName = "probe.json", WeightsName = "probe.safetensors";
    private const string MeanName = "scale.mean", InverseName = "scale.inverse";

    public static void Save(ProbeTransformer probe, string folder) =>
        AtomicFolder.Write(FileSystems.Default, folder, temporary => WriteFiles(probe, temporary));

    public static ProbeTransformer Load(string folder) => ReadFiles(AtomicFolder.Open(folder));

    public static void WriteFiles(ProbeTransformer probe, string folder)
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(FileSystems.Default, Path.Combine(folder, WeightsName),
            probe.Tensors().Concat([(MeanName, tensor(probe.Scale.Mean)), (InverseName, tensor(probe.Scale.Inverse))]));
        var manifest = new ProbeManifest(
            ProbeManifest.CurrentFormat, probe.Options as LinearProbeOptions, probe.Options as MlpProbeOptions, probe.FeatureCount,
            probe.Classes, probe.Training);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, ManifestName), StrictJson.ToBytes(manifest));
    }

    public static ProbeTransformer ReadFiles(string folder)
    {
        var path = Path.Combine(folder, ManifestName);
        var manifest = StrictJson.ReadFile<ProbeManifest>(path);
        if (manifest.Format != ProbeManifest.CurrentFormat)
            throw new InvalidDataException($"'{path}' has format {manifest.Format}; this version reads {ProbeManifest.CurrentFormat}.");
        var options = (ProbeOptions?)manifest.Linear ?? manifest.Mlp
            ?? throw new InvalidDataException($"'{path}' says neither linear nor mlp; it is damaged.");
        if (manifest.Features < 1 || manifest.Classes.Count < 2 || options.Faults().Any())
            throw new InvalidDataException($"'{path}' has {manifest.Features} features, {manifest.Classes.Count} classes and options that "
                + $"are out of range ({string.Join(" ", options.Faults())}); it is damaged.");
        using var file = Safetensors.Open(Path.Combine(folder, WeightsName));
        var scale = new FeatureScale(Numbers(MeanName), Numbers(InverseName));
        var network = ProbeNetwork.Draw(
            [manifest.Features, .. options.HiddenUnits, manifest.Classes.Count], options.HiddenNormalization, new(0, "read over"));
        foreach (var (name, tensor) in network.Tensors()) file.ReadInto(name, tensor);
        return new ProbeTransformer(options, manifest.Classes, network, scale, manifest.Training);

        float[] Numbers(string name)
        {
            using var target = zeros(manifest.Features);
            file.ReadInto(name, target);
            return target.data<float>().ToArray();
        }
    }
}

/// <summary>A probe's <c>probe.json</c>.</summary>
internal sealed record ProbeManifest(
    int Format, LinearProbeOptions? Linear, MlpProbeOptions? Mlp, int Features, LabelClasses Classes, ProbeTrainingResult Training)
{
    public const int CurrentFormat = 1;
}
