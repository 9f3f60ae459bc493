using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.SelfAdaptation;

/// <summary>The columns that two-pass inference adds.</summary>
public static class AdaptationColumns
{
    /// <summary>The expert that answered: its name, other (the base weights) or mix (Text).</summary>
    public const string Expert = "Expert";

    /// <summary>
    /// Each expert's part, averaged over matrices, in the library's order (Vector of Single, fixed size): zeros for the base weights.
    /// </summary>
    public const string Weights = "Weights";

    /// <summary>The answer (Text).</summary>
    public const string Answer = "Answer";

    /// <summary>Seconds of the first pass (Double): the row's equal share of its group's. Sums over rows are wall-clock time.</summary>
    public const string FirstPassSeconds = "FirstPassSeconds";

    /// <summary>Seconds of the second pass, the switch of weights included (Double), shared alike.</summary>
    public const string SecondPassSeconds = "SecondPassSeconds";

    /// <summary>Tokens of a too long prompt's start that the second pass was not shown (Int32).</summary>
    public const string CutTokens = "CutTokens";

    /// <summary>The value of <see cref="Expert"/> where a mix answered.</summary>
    public const string Mixed = "mix";

    internal static IReadOnlyList<OutputColumn<AdaptedAnswer>> For(int experts) =>
    [
        OutputColumn<AdaptedAnswer>.OfText(Expert, row => row.Expert),
        OutputColumn<AdaptedAnswer>.OfVector(Weights, new VectorDataViewType(NumberDataViewType.Single, experts), row => row.Weights),
        OutputColumn<AdaptedAnswer>.OfText(Answer, row => row.Answer),
        OutputColumn<AdaptedAnswer>.Of(FirstPassSeconds, NumberDataViewType.Double, row => row.FirstPassSeconds),
        OutputColumn<AdaptedAnswer>.Of(SecondPassSeconds, NumberDataViewType.Double, row => row.SecondPassSeconds),
        OutputColumn<AdaptedAnswer>.Of(CutTokens, NumberDataViewType.Int32, row => row.CutTokens),
    ];
}
