using System.Security.Cryptography;
using System.Text;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;

namespace MlNetLlm.Mapping;

/// <summary>
/// The payload of a transformer that is a language model with options. Each step of a model file carries the model it uses; steps of the
/// same model share it again once they are restored.
/// </summary>
internal static class SavedModelPayload
{
    private const string OptionsName = "options.json";

    // By the content of their files. Held weakly: the restored steps keep their model alive, and nobody disposes of it.
    private static readonly Dictionary<string, WeakReference<LanguageModel>> _restored = new(StringComparer.Ordinal);
    private static readonly Lock _gate = new();

    public static byte[] Pack<TOptions>(LanguageModel model, TOptions options) => PackedFolder.Pack(folder =>
    {
        model.Save(folder);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, OptionsName), StrictJson.ToBytes(options));
    });

    public static TTransformer Unpack<TOptions, TTransformer>(byte[] payload, Func<LanguageModel, TOptions, TTransformer> create) =>
        PackedFolder.Unpack(payload, folder =>
            create(Restored(folder), StrictJson.ReadFile<TOptions>(Path.Combine(folder, OptionsName))));

    private static LanguageModel Restored(string folder)
    {
        var content = Content(folder);
        lock (_gate)
        {
            if (_restored.TryGetValue(content, out var known) && known.TryGetTarget(out var model)) return model;
            foreach (var (other, reference) in _restored)
                if (!reference.TryGetTarget(out _)) _restored.Remove(other);
            model = LanguageModel.Load(folder);
            _restored[content] = new WeakReference<LanguageModel>(model);
            return model;
        }
    }

    // Of the model's own files: weights, configuration, tokenizer.
    private static string Content(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(folder).Where(file => Path.GetFileName(file) != OptionsName).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            hash.AppendData(SHA256.HashData(stream));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
