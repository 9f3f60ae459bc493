using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>One component's place in a model file while it is read.</summary>
internal sealed class ModelLoadContext
{
    /// <summary>Chains within chains go no deeper than this.</summary>
    private const int MostDepth = 64;

    private readonly ZipArchive _archive;
    private readonly string _folder;

    private ModelLoadContext(ZipArchive archive, string folder, ModelReader reader)
    {
        _archive = archive;
        _folder = folder;
        Reader = reader;
    }

    public ModelReader Reader { get; }

    public ITransformer ReadPart(IHostEnvironment env, string name) => Load(env, _archive, $"{_folder}{name}/");

    public static ITransformer Load(IHostEnvironment env, ZipArchive archive, string folder)
    {
        if (folder.Count(c => c == '/') > MostDepth)
            throw new InvalidDataException($"The model file has components more than {MostDepth} levels deep.");
        using var reader = Open(archive, folder + ModelSaveContext.EntryName);
        return ModelComponents.Find(reader.ReadString())(env, new(archive, folder, reader));
    }

    public static ModelReader Open(ZipArchive archive, string entryName)
    {
        var entry = archive.GetEntry(entryName)
            ?? throw new InvalidDataException(
                $"Entry '{entryName}' is missing: this is not a model file, or one of the real Microsoft.ML package.");
        // Stored, never compressed: so no entry can claim more than the file holds.
        if (entry.CompressedLength != entry.Length)
            throw new InvalidDataException($"Entry '{entryName}' is compressed; model files hold their entries as they are.");
        return new(entry.Open(), entry.Length);
    }
}
