using System.IO.Compression;

namespace Microsoft.ML;

/// <summary>The place of one component in a model file: it writes one entry that begins with its id, then its parts in
/// folders below.</summary>
public sealed class ModelSaveContext : IDisposable
{
    internal const string EntryName = "model.bin";

    private readonly ZipArchive _archive;
    private readonly string _folder;
    private bool _written;

    internal ModelSaveContext(ZipArchive archive, string folder)
    {
        _archive = archive;
        _folder = folder;
    }

    public void Dispose()
    {
    }

    /// <summary>Writes the component's own data. Parts follow after.</summary>
    internal void Write(string componentId, Action<ModelWriter> write)
    {
        if (_written)
            throw new InvalidOperationException($"Two components wrote to '{_folder}'; a transformer may save only one.");
        _written = true;
        using var stream = _archive.CreateEntry(_folder + EntryName, CompressionLevel.NoCompression).Open();
        using var writer = new ModelWriter(stream);
        writer.Write(componentId);
        write(writer);
    }

    internal void WritePart(string name, ICanSaveModel part) => Save(_archive, $"{_folder}{name}/", part);

    internal static void Save(ZipArchive archive, string folder, ICanSaveModel component)
    {
        using var context = new ModelSaveContext(archive, folder);
        component.Save(context);
        if (!context._written)
            throw new InvalidOperationException($"ModelSignature not specified! {component.GetType().Name} saved nothing.");
    }
}
