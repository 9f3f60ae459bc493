using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.Scoring;

/// <summary>Adds to every row how likely a language model finds its text: the columns of <see cref="ScoreColumns"/>.</summary>
public sealed class ScoreTransformer : RowTransformer<ScoredText, TextScore>
{
    internal ScoreTransformer(LanguageModel model, ScoreOptions options)
    {
        Model = CausalModel.Require(model, "Score");
        Options = options.Validated();
    }

    /// <summary>The model that scores.</summary>
    public LanguageModel Model { get; }

    /// <summary>The options.</summary>
    public ScoreOptions Options { get; }

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) => Options.CompletionColumn is null
        ? [Columns.Text(schema, Options.TextColumn, nameof(Options.TextColumn))]
        : [
            Columns.Text(schema, Options.TextColumn, nameof(Options.TextColumn)),
            Columns.Text(schema, Options.CompletionColumn, nameof(Options.CompletionColumn)),
        ];

    internal override Func<ScoredText> Reader(DataViewRow row)
    {
        var text = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[Options.TextColumn]);
        var completion = Options.CompletionColumn is null ? null
            : row.GetGetter<ReadOnlyMemory<char>>(row.Schema[Options.CompletionColumn]);
        var value = default(ReadOnlyMemory<char>);
        return () =>
        {
            text(ref value);
            var first = value.ToString();
            if (completion is null) return new ScoredText(first, null);
            completion(ref value);
            return new ScoredText(first, value.ToString());
        };
    }

    internal override IReadOnlyList<OutputColumn<TextScore>> OutputColumns(DataViewSchema schema) => ScoreColumns.All;

    internal override IReadOnlyList<TextScore> Compute(IReadOnlyList<ScoredText> rows) =>
        TextScorer.Score(Model, rows, Options.BatchTokens);

    private protected override void Save(ModelSaveContext ctx)
    {
        SavedOutput[] outputs =
        [
            SavedOutput.Copy(SavedScore.NegativeLogLikelihoodColumn, ScoreColumns.NegativeLogLikelihood),
            SavedOutput.Copy(SavedScore.TokensColumn, ScoreColumns.Tokens),
            SavedOutput.Copy(SavedScore.BytesColumn, ScoreColumns.Bytes),
        ];
        var payload = SavedModelPayload.Pack(Model, Options);
        if (Options.CompletionColumn is null)
        {
            SavedMapping.Save(
                ctx, payload, new ScoreTextFactory(), EmptyRows.OfText(Options.TextColumn), [(Options.TextColumn, SavedText.Column)],
                    outputs);
        }
        else
        {
            SavedMapping.Save(ctx, payload, new ScoreCompletionFactory(), EmptyRows.OfText(Options.TextColumn, Options.CompletionColumn),
                [(Options.TextColumn, SavedText.Column), (Options.CompletionColumn, SavedCompletion.CompletionColumn)], outputs);
        }
    }
}

/// <summary>What scoring reads from a row.</summary>
/// <param name="Text">The text, or the prompt.</param>
/// <param name="Completion">The completion whose likelihood is asked for, or null.</param>
public readonly record struct ScoredText(string Text, string? Completion);
