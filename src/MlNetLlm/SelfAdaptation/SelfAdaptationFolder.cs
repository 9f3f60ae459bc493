using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// A self-adapting step on disk: the base model's files, the experts' (see <see cref="SvfLibraryFolder"/>) and adaptation.json (format,
/// options). In a folder of its own the model stands in the folder model; in a model file's payload, which has no folders, beside the
/// others.
/// </summary>
internal static class SelfAdaptationFolder
{
    private const string ModelName = "model";
    private const string OptionsName = "adaptation.json";
    private const int CurrentFormat = 1;

    private sealed record AdaptationFile(int Format, SelfAdaptationOptions Options);

    public static void Save(SelfAdaptingTransformer step, string folder, IFileSystem files) =>
        AtomicFolder.Write(files, folder, temporary =>
        {
            step.Library.Base.Save(Path.Combine(temporary, ModelName), files);
            Write(step, temporary, files);
        });

    public static SelfAdaptingTransformer Load(string folder)
    {
        var path = AtomicFolder.Open(folder);
        return Read(path, Path.Combine(path, ModelName));
    }

    public static byte[] Pack(SelfAdaptingTransformer step) => PackedFolder.Pack(folder =>
    {
        step.Library.Base.Save(folder);
        Write(step, folder, FileSystems.Default);
    });

    public static SelfAdaptingTransformer Unpack(byte[] packed) => PackedFolder.Unpack(packed, folder => Read(folder, folder));

    private static void Write(SelfAdaptingTransformer step, string folder, IFileSystem files)
    {
        SvfLibraryFolder.Write(step.Library, folder, files);
        AtomicFile.WriteAllBytes(
            files, Path.Combine(folder, OptionsName), StrictJson.ToBytes(new AdaptationFile(CurrentFormat, step.Options)));
    }

    private static SelfAdaptingTransformer Read(string folder, string modelFolder)
    {
        var path = Path.Combine(folder, OptionsName);
        var file = StrictJson.ReadFile<AdaptationFile>(path);
        if (file.Format != CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {file.Format}; this version reads {CurrentFormat}. Use the version that wrote it.");
        var model = LanguageModel.Load(modelFolder);
        try
        {
            return new SelfAdaptingTransformer(SvfLibraryFolder.Read(folder, model), file.Options, owns: true);
        }
        catch (Exception error)
        {
            model.Dispose();
            if (error is ArgumentException or InvalidOperationException)   // the files do not fit together
                throw new InvalidDataException($"'{path}': {error.Message}", error);
            throw;
        }
    }
}
