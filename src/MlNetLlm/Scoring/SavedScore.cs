using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;

namespace MlNetLlm.Scoring;

/// <summary>The results of a saved scorer under their fixed names. These classes are public because ML.NET creates them on loading.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedScore
{
    internal const string NegativeLogLikelihoodColumn = "MlNetLlm.NegativeLogLikelihood";
    internal const string TokensColumn = "MlNetLlm.Tokens";
    internal const string BytesColumn = "MlNetLlm.Bytes";

    /// <summary>Nats.</summary>
    [ColumnName(NegativeLogLikelihoodColumn)]
    public double NegativeLogLikelihood { get; set; }

    /// <summary>Scored tokens.</summary>
    [ColumnName(TokensColumn)]
    public int Tokens { get; set; }

    /// <summary>UTF-8 bytes.</summary>
    [ColumnName(BytesColumn)]
    public int Bytes { get; set; }
}

/// <summary>Text and payload of a saved scorer of whole texts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedTextAndPayload : SavedText
{
    /// <summary>The packed model.</summary>
    [ColumnName(PayloadColumns.Payload)]
    public VBuffer<float> Payload { get; set; }
}

/// <summary>Prompt, completion and payload of a saved scorer of completions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedCompletion : SavedTextAndPayload
{
    internal const string CompletionColumn = "MlNetLlm.Completion";

    /// <summary>The completion.</summary>
    [ColumnName(CompletionColumn)]
    public ReadOnlyMemory<char> Completion { get; set; }
}

/// <summary>Rebuilds a scorer of whole texts in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ScoreTextFactory : CustomMappingFactory<SavedTextAndPayload, SavedScore>
{
    internal const string Contract = "MlNetLlm.Score";

    /// <inheritdoc/>
    public override Action<SavedTextAndPayload, SavedScore> GetMapping()
    {
        var model = new SavedModel();
        return (row, score) => model.Score(row.Payload, row.Text.ToString(), null, score);
    }
}

/// <summary>Rebuilds a scorer of completions in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ScoreCompletionFactory : CustomMappingFactory<SavedCompletion, SavedScore>
{
    internal const string Contract = "MlNetLlm.ScoreCompletion";

    /// <inheritdoc/>
    public override Action<SavedCompletion, SavedScore> GetMapping()
    {
        var model = new SavedModel();
        return (row, score) => model.Score(row.Payload, row.Text.ToString(), row.Completion.ToString(), score);
    }
}

/// <summary>Payload key of saved scorers of whole texts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(ScoreTextFactory.Contract + ".Key")]
public sealed class ScoreTextKeyFactory : PayloadKeyFactory<SavedText>;

/// <summary>Payload key of saved scorers of completions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(ScoreCompletionFactory.Contract + ".Key")]
public sealed class ScoreCompletionKeyFactory : PayloadKeyFactory<SavedText>;

/// <summary>The model of one loaded file, unpacked from the first row that asks.</summary>
internal sealed class SavedModel
{
    private readonly Lock _gate = new();
    private LanguageModel? _model;

    public void Score(VBuffer<float> payload, string text, string? completion, SavedScore score)
    {
        lock (_gate) _model ??= PackedFolder.Unpack(PayloadColumns.Unpack(payload.GetValues()), LanguageModel.Load);
        var result = TextScorer.Score(_model, [new ScoredText(text, completion)], int.MaxValue)[0];
        (score.NegativeLogLikelihood, score.Tokens, score.Bytes) = (result.NegativeLogLikelihood, result.Tokens, result.Bytes);
    }
}
