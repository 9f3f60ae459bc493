using System.Globalization;
using MlNetLlm.Checkpoints;
using MlNetLlm.Lora;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Adapters;

/// <summary>
/// An adapter on disk: adapter.json (format, kind, baseFingerprint, settings) and adapter.safetensors (Float32), written whole or not at
/// all. For the format that PEFT reads see <see cref="PeftFolder"/>.
/// </summary>
/// <remarks>
/// Tensors are named <c>matrix.what</c>, where matrix is a projection's name such as layers.0.mlp.up of shape (out, in), and
/// r = min(out, in) for SVF, the setting <c>rank</c> for LoRA:
/// <list type="bullet">
/// <item><c>kind</c> svf: <c>multipliers</c> (r), <c>u</c> (out, r), <c>sigma</c> (r), <c>vt</c> (r, in); settings
/// <c>variant</c>, <c>maxMultiplier</c>.</item>
/// <item><c>kind</c> lora: <c>lora_a</c> (rank, in), <c>lora_b</c> (out, rank); settings <c>rank</c>, <c>alpha</c>.</item>
/// </list>
/// </remarks>
public static class AdapterFolder
{
    private const string ConfigName = "adapter.json";
    private const string TensorsName = "adapter.safetensors";
    private const int CurrentFormat = 1;

    private sealed record AdapterFile(int Format, string Kind, string BaseFingerprint, IReadOnlyDictionary<string, string> Settings);

    /// <summary>Saves an adapter.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="folder">The folder to write; an older adapter in it is replaced.</param>
    /// <param name="fileSystem">Where to write; null = the disk.</param>
    public static void Save(this ModelAdapter adapter, string folder, IFileSystem? fileSystem = null)
    {
        var files = fileSystem ?? FileSystems.Default;
        AtomicFolder.Write(files, folder, temporary =>
        {
            var config = new AdapterFile(CurrentFormat, adapter.Kind, adapter.BaseFingerprint, adapter.Settings);
            AtomicFile.WriteAllBytes(files, Path.Combine(temporary, ConfigName), StrictJson.ToBytes(config));
            Safetensors.Write(files, Path.Combine(temporary, TensorsName), adapter.Tensors);
        });
    }

    /// <summary>Loads an adapter of any method.</summary>
    /// <param name="folder">A folder that <see cref="Save"/> wrote.</param>
    /// <returns>An <see cref="SvfExpert"/> or a <see cref="LoraAdapter"/>.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no complete adapter.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or was written by a newer version.</exception>
    public static ModelAdapter Load(string folder)
    {
        var path = AtomicFolder.Open(folder);
        var config = StrictJson.ReadFile<AdapterFile>(Path.Combine(path, ConfigName));
        if (config.Format != CurrentFormat)
            throw new InvalidDataException($"'{folder}' has adapter format {config.Format}; this version reads format {CurrentFormat}.");
        var settings = new AdapterSettings(folder, config.Settings, Safetensors.Read(Path.Combine(path, TensorsName)));
        return config.Kind switch
        {
            "svf" => SvfExpert.Restore(config.BaseFingerprint, settings),
            "lora" => LoraAdapter.Restore(config.BaseFingerprint, settings),
            _ => throw new InvalidDataException($"'{folder}' holds an adapter of kind '{config.Kind}'. Known: lora, svf."),
        };
    }
}

/// <summary>What an adapter's files say, read with errors that name the folder and the key.</summary>
internal sealed class AdapterSettings(string folder, IReadOnlyDictionary<string, string> settings,
    IReadOnlyDictionary<string, Tensor> tensors)
{
    public Tensor Tensor(string name)
    {
        if (!tensors.TryGetValue(name, out var tensor))
            throw new InvalidDataException($"'{folder}' has no tensor '{name}'; the adapter is incomplete.");
        return tensor.dtype == ScalarType.Float32
            ? tensor.DetachFromDisposeScope()
            : throw new InvalidDataException($"'{folder}': tensor '{name}' is {tensor.dtype}; expected Float32.");
    }

    public IEnumerable<string> NamesEndingIn(string suffix)
    {
        var names = tensors.Keys.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Select(name => name[..^suffix.Length])
            .ToList();
        return names.Count > 0 ? names
            : throw new InvalidDataException($"'{folder}' has no tensor whose name ends in '{suffix}'; the adapter is empty.");
    }

    public double Number(string key) =>
        double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new InvalidDataException($"'{folder}': setting '{key}' is '{Text(key)}'; expected a number.");

    public TEnum Enum<TEnum>(string key)
        where TEnum : struct, Enum =>
        System.Enum.TryParse<TEnum>(Text(key), out var value) && System.Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException(
                $"'{folder}': setting '{key}' is '{Text(key)}'; expected {string.Join(", ", System.Enum.GetNames<TEnum>())}.");

    private string Text(string key) =>
        settings.TryGetValue(key, out var value) ? value : throw new InvalidDataException($"'{folder}' has no setting '{key}'.");
}
