using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.HiddenStates;

/// <summary>Adds to every row a vector of a language model's hidden states for its text, for any ML.NET trainer to learn from.</summary>
public sealed class HiddenStatesTransformer : RowTransformer<string, float[]>
{
    internal HiddenStatesTransformer(LanguageModel model, HiddenStatesOptions options)
    {
        Model = model;
        Options = options.Validated(model.Config);
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The options.</summary>
    public HiddenStatesOptions Options { get; }

    /// <summary>The columns as the estimator promises them, before there is a model.</summary>
    internal static IReadOnlyList<OutputColumn<float[]>> Promised(HiddenStatesOptions options, int width) =>
        [OutputColumn<float[]>.OfVector(
            options.OutputColumn, new VectorDataViewType(NumberDataViewType.Single, options.Size(width)), vector => vector)];

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [Columns.Text(schema, Options.TextColumn, nameof(Options.TextColumn))];

    internal override Func<string> Reader(DataViewRow row) => TextColumnReader.Of(row, Options.TextColumn);

    internal override IReadOnlyList<OutputColumn<float[]>> OutputColumns(DataViewSchema schema) => Promised(Options, Model.Config.Width);

    internal override IReadOnlyList<float[]> Compute(IReadOnlyList<string> rows) => HiddenStateReader.Read(Model, rows, Options);

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        SavedModelPayload.Pack(Model, Options),
        new HiddenStatesFactory(),
        EmptyRows.OfText(Options.TextColumn),
        [(Options.TextColumn, SavedText.Column)],
        Options.Size(Model.Config.Width) is > 0 and var size
            ? SavedOutput.Vector(Options.OutputColumn, size)
            : SavedOutput.Copy(SavedStates.AllColumn, Options.OutputColumn));
}
