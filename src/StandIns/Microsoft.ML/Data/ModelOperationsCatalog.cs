using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class ModelOperationsCatalog
{
    private const string SchemaEntry = "Schema";
    private const string Root = "TransformerChain/";

    internal ModelOperationsCatalog(HostEnvironment environment) => Environment = environment;

    internal HostEnvironment Environment { get; }

    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        if (inputSchema != null)
        {
            using var writer = new ModelWriter(archive.CreateEntry(SchemaEntry, CompressionLevel.NoCompression).Open());
            ModelSchema.Write(writer, inputSchema);
        }
        ModelSaveContext.Save(archive, Root, model);
    }

    /// <summary>Unlike the real package, leaves no broken file behind when the model cannot be saved.</summary>
    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        var temporary = $"{filePath}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = File.Create(temporary))
                Save(model, inputSchema, stream);
            File.Move(temporary, filePath, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        try
        {
            inputSchema = ReadSchema(archive);
            return ModelLoadContext.Load(Environment, archive, Root);
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The model file is damaged: {e.Message}", e);
        }
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, bool ignoreMissingColumns = true,
        SchemaDefinition inputSchemaDefinition = null,
        SchemaDefinition outputSchemaDefinition = null) where TSrc : class where TDst : class, new() =>
        new(transformer, ignoreMissingColumns, inputSchemaDefinition, outputSchemaDefinition, ownsTransformer: true);

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, DataViewSchema inputSchema)
        where TSrc : class where TDst : class, new() =>
        new(transformer, false, DataOperationsCatalog.DefinitionFor<TSrc>(inputSchema), null, ownsTransformer: true);

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class where TDst : class, new()
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(transformer, options.IgnoreMissingColumns, options.InputSchemaDefinition, options.OutputSchemaDefinition,
            options.OwnsTransformer);
    }

    private static DataViewSchema ReadSchema(ZipArchive archive)
    {
        if (archive.GetEntry(SchemaEntry) == null)
            return null;
        using var reader = ModelLoadContext.Open(archive, SchemaEntry);
        return ModelSchema.Read(reader);
    }
}
