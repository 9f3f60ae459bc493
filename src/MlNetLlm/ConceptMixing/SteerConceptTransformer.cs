using System.ComponentModel;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;

namespace MlNetLlm.ConceptMixing;

/// <summary>Adds to every row the continuation of its text while one concept of the model is held at a strength.</summary>
public sealed class SteerConceptTransformer : RowTransformer<string, GeneratedText>
{
    private const string OptionsName = "steering.json";

    private readonly SteeredModel _steered;

    internal SteerConceptTransformer(SteeredModel model, SteerConceptOptions options, GenerationOptions generation) =>
        (_steered, Options, Generation) = (
            model, options.Validated(model.Concepts, logits: model is SteeredConceptModel), generation.Validated());

    /// <summary>The model that writes.</summary>
    public LanguageModel Model => _steered.Model;

    /// <summary>Model, autoencoder and layer; null where the model has concepts of its own.</summary>
    public ConceptTeacher? Teacher => (_steered as SteeredTeacher)?.Teacher;

    /// <summary>Which concept is steered, and how strongly.</summary>
    public SteerConceptOptions Options { get; }

    /// <summary>How texts are continued.</summary>
    public GenerationOptions Generation { get; }

    internal override int RowsAhead => Generation.BatchRows;

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [Data.Columns.Text(schema, Generation.TextColumn, nameof(Generation.TextColumn))];

    internal override Func<string> Reader(DataViewRow row) => TextColumnReader.Of(row, Generation.TextColumn);

    internal override IReadOnlyList<OutputColumn<GeneratedText>> OutputColumns(DataViewSchema schema) =>
        GenerateTransformer.Promised(Generation);

    internal override IReadOnlyList<GeneratedText> Compute(IReadOnlyList<string> rows) => RowGenerator.Generate(
        Model, rows, Generation, _steered.Pass(Options.Concept, Options.Value, Options.Literal));

    internal static SteerConceptTransformer Read(string folder)
    {
        var saved = StrictJson.ReadFile<SavedSteering>(Path.Combine(folder, OptionsName));
        return new SteerConceptTransformer(SteeredModel.Read(folder, saved.Layer), saved.Options, saved.Generation);
    }

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        PackedFolder.Pack(Write),
        new SteerConceptFactory(),
        EmptyRows.OfText(Generation.TextColumn),
        [(Generation.TextColumn, SavedText.Column)],
        SavedOutput.Copy(SavedGeneration.TextColumn, Generation.OutputColumn),
        SavedOutput.Copy(SavedGeneration.CutColumn, GenerateTransformer.CutTokensColumn));

    // The model's folder is written first: it replaces what is there.
    private void Write(string folder)
    {
        Model.Save(folder);
        _steered.WriteFiles(folder);
        var saved = new SavedSteering(_steered.Layer, Options, Generation);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(folder, OptionsName), StrictJson.ToBytes(saved));
    }

    private sealed record SavedSteering(int? Layer, SteerConceptOptions Options, GenerationOptions Generation);
}

/// <summary>Rebuilds a steered generator in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class SteerConceptFactory : SavedFactory<SavedTextAndPayload, SavedGeneration, SteerConceptTransformer>
{
    private const string Contract = "MlNetLlm.SteerConcept";

    internal override string ContractName => Contract;

    private protected override SteerConceptTransformer Restore(byte[] payload) =>
        PackedFolder.Unpack(payload, SteerConceptTransformer.Read);

    private protected override void Map(SteerConceptTransformer state, SavedTextAndPayload input, SavedGeneration output) =>
        (output.Text, output.CutTokens) = state.Compute([input.Text.ToString()])[0];
}
