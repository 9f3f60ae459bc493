using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Generation;

/// <summary>
/// Adds to every row the continuation of its text by a language model, and <see cref="CutTokensColumn"/>: how many tokens of a too long
/// prompt's start the model was not shown.
/// </summary>
public sealed class GenerateTransformer : RowTransformer<string, GeneratedText>
{
    /// <summary>The column with the number of tokens cut off the prompt (Int32).</summary>
    public const string CutTokensColumn = "CutTokens";

    internal GenerateTransformer(LanguageModel model, GenerationOptions options)
    {
        Model = CausalModel.Require(model, "Generate");
        Options = options.Validated();
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The options.</summary>
    public GenerationOptions Options { get; }

    internal override int RowsAhead => Options.BatchRows;

    internal static IReadOnlyList<OutputColumn<GeneratedText>> Promised(GenerationOptions options) =>
    [
        OutputColumn<GeneratedText>.OfText(options.OutputColumn, row => row.Text),
        OutputColumn<GeneratedText>.Of(CutTokensColumn, NumberDataViewType.Int32, row => row.CutTokens),
    ];

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [Columns.Text(schema, Options.TextColumn, nameof(Options.TextColumn))];

    internal override Func<string> Reader(DataViewRow row) => TextColumnReader.Of(row, Options.TextColumn);

    internal override IReadOnlyList<OutputColumn<GeneratedText>> OutputColumns(DataViewSchema schema) => Promised(Options);

    internal override IReadOnlyList<GeneratedText> Compute(IReadOnlyList<string> rows) => RowGenerator.Generate(Model, rows, Options);

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        SavedModelPayload.Pack(Model, Options),
        new GenerateFactory(),
        EmptyRows.OfText(Options.TextColumn),
        [(Options.TextColumn, SavedText.Column)],
        SavedOutput.Copy(SavedGeneration.TextColumn, Options.OutputColumn),
        SavedOutput.Copy(SavedGeneration.CutColumn, CutTokensColumn));
}
