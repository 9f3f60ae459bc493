using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;

namespace MlNetLlm.Mapping;

/// <summary>The payload of a transformer that is a language model with options.</summary>
internal static class SavedModelPayload
{
    private const string OptionsName = "options.json";

    public static byte[] Pack<TOptions>(LanguageModel model, TOptions options) => PackedFolder.Pack(folder =>
    {
        model.Save(folder);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, OptionsName), StrictJson.ToBytes(options));
    });

    public static TTransformer Unpack<TOptions, TTransformer>(byte[] payload, Func<LanguageModel, TOptions, TTransformer> create) =>
        PackedFolder.Unpack(payload, folder =>
            create(LanguageModel.Load(folder), StrictJson.ReadFile<TOptions>(Path.Combine(folder, OptionsName))));
}
