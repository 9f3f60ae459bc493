using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.MultipleChoice;

/// <summary>
/// Answers multiple-choice questions by likelihood: adds the columns of <see cref="ChoiceColumns"/>, which ML.NET's
/// MulticlassClassification.Evaluate reads as they are. Its micro-accuracy is lm-evaluation-harness' acc, or acc_norm with
/// <see cref="ChoiceNormalization.Characters"/>.
/// </summary>
/// <remarks>
/// The harness' definition: the log-likelihood of a choice is the sum over the continuation's tokens, given the prompt; no end token is
/// added. One departure: the begin token stands before the prompt wherever the model has one, as it does in this library's training; the
/// harness leaves that to each model's tokenizer.
/// In an ML.NET model file the slots of Score keep their names up to 64 choices, unless one has the name of a column of the data.
/// </remarks>
public sealed class ScoreChoicesTransformer : RowTransformer<ChoiceQuestion, ChoiceResult>
{
    internal ScoreChoicesTransformer(LanguageModel model, ScoreChoicesOptions options, IReadOnlyList<string> names)
    {
        Model = CausalModel.Require(model, "ScoreChoices");
        Options = options.Validated();
        Names = names;
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The options.</summary>
    public ScoreChoicesOptions Options { get; }

    /// <summary>The names of the label's values, one for each slot of Score.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The columns of the data it was fitted to.</summary>
    internal IReadOnlyList<string> Beside { get; init; } = [];

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
    [
        Columns.Text(schema, Options.PromptColumn, nameof(Options.PromptColumn)),
        Columns.Find(schema, Options.ContinuationsColumn, nameof(Options.ContinuationsColumn), IsTexts, "a vector of text"),
    ];

    internal override Func<ChoiceQuestion> Reader(DataViewRow row)
    {
        var prompt = TextColumnReader.Of(row, Options.PromptColumn);
        var continuations = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(row.Schema[Options.ContinuationsColumn]);
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        return () =>
        {
            continuations(ref texts);
            return new ChoiceQuestion(prompt(), [.. texts.DenseValues().Select(text => text.ToString())]);
        };
    }

    internal override IReadOnlyList<OutputColumn<ChoiceResult>> OutputColumns(DataViewSchema schema) => ChoiceColumns.For(Names);

    internal override IReadOnlyList<ChoiceResult> Compute(IReadOnlyList<ChoiceQuestion> rows)
    {
        foreach (var row in rows) Require(row);
        return [.. ChoiceScorer.Score(Model, rows, Options.BatchTokens).Zip(rows, Result)];
    }

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        SavedModelPayload.Pack(Model, new SavedChoicesState(Options, Names)),
        new ScoreChoicesFactory(),
        SavedQuestion.Example(Options),
        [(Options.PromptColumn, SavedText.Column), (Options.ContinuationsColumn, SavedQuestion.ContinuationsColumn)],
        SavedOutput.Scores(ChoiceColumns.Score, Names, [.. Beside, .. ChoiceColumns.Names]),
        SavedOutput.Key(SavedChoices.NameColumn, ChoiceColumns.PredictedLabel, Names),
        SavedOutput.Copy(SavedChoices.LogLikelihoodsColumn, ChoiceColumns.LogLikelihoods),
        SavedOutput.Copy(SavedChoices.CutColumn, ChoiceColumns.CutTokens));

    internal static bool IsTexts(DataViewType type) => type is VectorDataViewType { ItemType: TextDataViewType };

    private ChoiceResult Result(ChoiceLikelihoods row, ChoiceQuestion question)
    {
        var compared = ChoiceMath.Normalised(row.LogLikelihoods, question.Continuations, Options.Normalization);
        return new ChoiceResult(
            ChoiceMath.Probabilities(compared, Names.Count), ChoiceMath.Best(compared),
            [.. row.LogLikelihoods.Select(l => (float)l)], row.CutTokens);
    }

    private void Require(ChoiceQuestion row)
    {
        if (row.Continuations.Count >= 1 && row.Continuations.Count <= Names.Count) return;
        var start = row.Prompt.Length <= 40 ? row.Prompt : $"{row.Prompt[..40]}…";
        throw new ArgumentException(
            $"A question has {row.Continuations.Count} choices, expected 1 to {Names.Count}: '{start}'. "
            + "Set `Choices` to the most that a row has.");
    }
}
