using System.ComponentModel;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.MultipleChoice;

/// <summary>The input of a saved answerer under its fixed names; the prompt is the text.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedQuestion : SavedTextAndPayload
{
    internal const string ContinuationsColumn = "MlNetLlm.Continuations";

    /// <summary>The continuations.</summary>
    [ColumnName(ContinuationsColumn)]
    public VBuffer<ReadOnlyMemory<char>> Continuations { get; set; }

    /// <summary>No rows, with the columns that the options name.</summary>
    internal static IDataView Example(ScoreChoicesOptions options) => new RowsView<string>(
        () => [],
        new RowsColumn<string>(options.PromptColumn, TextDataViewType.Instance, (string row) => row.AsMemory()),
        new RowsColumn<string>(
            options.ContinuationsColumn, new VectorDataViewType(TextDataViewType.Instance),
            (string _) => default(VBuffer<ReadOnlyMemory<char>>)));
}

/// <summary>The results of a saved answerer under their fixed names; the probabilities are the vector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedChoices : SavedScores
{
    internal const string NameColumn = "MlNetLlm.Choice";
    internal const string LogLikelihoodsColumn = "MlNetLlm.LogLikelihoods";
    internal const string CutColumn = "MlNetLlm.CutTokens";

    /// <summary>The likeliest choice's name.</summary>
    [ColumnName(NameColumn)]
    public string Name { get; set; } = "";

    /// <summary>One a choice.</summary>
    [ColumnName(LogLikelihoodsColumn)]
    public VBuffer<float> LogLikelihoods { get; set; }

    /// <summary>Tokens that the context could not hold.</summary>
    [ColumnName(CutColumn)]
    public int CutTokens { get; set; }
}

/// <summary>Rebuilds an answerer in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ScoreChoicesFactory : SavedFactory<SavedQuestion, SavedChoices, ScoreChoicesTransformer>
{
    private const string Contract = "MlNetLlm.ScoreChoices";

    internal override string ContractName => Contract;

    private protected override ScoreChoicesTransformer Restore(byte[] payload) =>
        SavedModelPayload.Unpack<SavedChoicesState, ScoreChoicesTransformer>(
            payload, (model, saved) => new(model, saved.Options, saved.Names));

    private protected override void Map(ScoreChoicesTransformer state, SavedQuestion input, SavedChoices output)
    {
        string[] continuations = [.. input.Continuations.DenseValues().Select(text => text.ToString())];
        var row = state.Compute([new ChoiceQuestion(input.Text.ToString(), continuations)])[0];
        output.Set(row.Probabilities);
        output.Name = state.Names[row.Best];
        output.LogLikelihoods = new VBuffer<float>(row.LogLikelihoods.Length, row.LogLikelihoods);
        output.CutTokens = row.CutTokens;
    }
}

/// <summary>What is saved beside the model.</summary>
internal sealed record SavedChoicesState(ScoreChoicesOptions Options, IReadOnlyList<string> Names);
