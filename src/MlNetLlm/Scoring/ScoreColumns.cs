using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Scoring;

/// <summary>The columns that scoring adds and evaluation reads.</summary>
public static class ScoreColumns
{
    /// <summary>Sum of the tokens' negative log-likelihoods, nats (Double).</summary>
    public const string NegativeLogLikelihood = "NegativeLogLikelihood";

    /// <summary>Number of scored tokens (Int32).</summary>
    public const string Tokens = "Tokens";

    /// <summary>UTF-8 bytes of the scored text (Int32).</summary>
    public const string Bytes = "Bytes";

    internal static IReadOnlyList<OutputColumn<TextScore>> All { get; } =
    [
        OutputColumn<TextScore>.Of(NegativeLogLikelihood, NumberDataViewType.Double, s => s.NegativeLogLikelihood),
        OutputColumn<TextScore>.Of(Tokens, NumberDataViewType.Int32, s => s.Tokens),
        OutputColumn<TextScore>.Of(Bytes, NumberDataViewType.Int32, s => s.Bytes),
    ];
}
