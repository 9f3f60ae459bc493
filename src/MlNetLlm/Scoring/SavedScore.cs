using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;

namespace MlNetLlm.Scoring;

/// <summary>
/// The results of a saved scorer under their fixed names. These classes are public because ML.NET creates them on loading.
/// </summary>
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

/// <summary>Prompt, completion and payload of a saved scorer of completions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedCompletion : SavedTextAndPayload
{
    internal const string CompletionColumn = "MlNetLlm.Completion";

    /// <summary>The completion.</summary>
    [ColumnName(CompletionColumn)]
    public ReadOnlyMemory<char> Completion { get; set; }
}

/// <summary>Rebuilds a scorer in a loaded model file.</summary>
/// <typeparam name="TInput">Its input columns.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ScoreFactory<TInput> : SavedFactory<TInput, SavedScore, ScoreTransformer>
    where TInput : SavedTextAndPayload, new()
{
    private protected ScoreFactory()
    {
    }

    private protected abstract string? Completion(TInput input);

    private protected override ScoreTransformer Restore(byte[] payload) =>
        SavedModelPayload.Unpack<ScoreOptions, ScoreTransformer>(payload, (model, options) => new ScoreTransformer(model, options));

    private protected override void Map(ScoreTransformer state, TInput input, SavedScore output)
    {
        var score = state.Compute([new ScoredText(input.Text.ToString(), Completion(input))])[0];
        (output.NegativeLogLikelihood, output.Tokens, output.Bytes) = (score.NegativeLogLikelihood, score.Tokens, score.Bytes);
    }
}

/// <summary>Rebuilds a scorer of whole texts in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ScoreTextFactory : ScoreFactory<SavedTextAndPayload>
{
    private const string Contract = "MlNetLlm.Score";

    internal override string ContractName => Contract;

    private protected override string? Completion(SavedTextAndPayload input) => null;
}

/// <summary>Rebuilds a scorer of completions in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ScoreCompletionFactory : ScoreFactory<SavedCompletion>
{
    private const string Contract = "MlNetLlm.ScoreCompletion";

    internal override string ContractName => Contract;

    private protected override string? Completion(SavedCompletion input) => input.Completion.ToString();
}
