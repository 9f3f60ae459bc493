using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.MultipleChoice;

/// <summary>The columns that scoring choices adds; with the label they are what ML.NET's multiclass Evaluate reads.</summary>
public static class ChoiceColumns
{
    /// <summary>
    /// The choices' probabilities (Vector of Single, fixed size, slots named as the label's values); 0 where a row has fewer choices.
    /// </summary>
    public const string Score = "Score";

    /// <summary>The likeliest choice (Key with the label's values); the first of equals.</summary>
    public const string PredictedLabel = "PredictedLabel";

    /// <summary>The choices' log-likelihoods before normalisation, one a choice of the row (Vector of Single).</summary>
    public const string LogLikelihoods = "LogLikelihoods";

    /// <summary>Tokens of a too long prompt's start that the model was not shown (Int32).</summary>
    public const string CutTokens = "CutTokens";

    internal static IReadOnlyList<string> Names { get; } = [Score, PredictedLabel, LogLikelihoods, CutTokens];

    internal static IReadOnlyList<OutputColumn<ChoiceResult>> For(IReadOnlyList<string> names) =>
    [
        OutputColumn<ChoiceResult>.OfVector(
            Score, new VectorDataViewType(NumberDataViewType.Single, names.Count), row => row.Probabilities, KeyNames.Slots(names)),
        OutputColumn<ChoiceResult>.Of(
            PredictedLabel, new KeyDataViewType(typeof(uint), names.Count), row => (uint)(row.Best + 1), KeyNames.Annotations(names)),
        OutputColumn<ChoiceResult>.OfVector(
            LogLikelihoods, new VectorDataViewType(NumberDataViewType.Single), row => row.LogLikelihoods),
        OutputColumn<ChoiceResult>.Of(CutTokens, NumberDataViewType.Int32, row => row.CutTokens),
    ];
}

/// <summary>What is computed for a row.</summary>
/// <param name="Probabilities">One a choice, then zeros.</param>
/// <param name="Best">Index of the likeliest choice.</param>
/// <param name="LogLikelihoods">One a choice.</param>
/// <param name="CutTokens">Tokens that the context could not hold.</param>
public sealed record ChoiceResult(float[] Probabilities, int Best, float[] LogLikelihoods, int CutTokens);
