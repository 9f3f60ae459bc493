namespace MlNetLlm.SelfAdaptation;

/// <summary>What two passes give for a question.</summary>
/// <param name="Expert">The expert that answered, other for the base weights, or mix for the strategy FewShot.</param>
/// <param name="Weights">Each expert's part in the weights that answered, in the library's order; zeros are the base weights.</param>
/// <param name="Answer">The answer.</param>
/// <param name="FirstPassSeconds">The question's share of its group's first pass; 0 where there is none.</param>
/// <param name="SecondPassSeconds">The question's share of its expert's switch and second pass.</param>
/// <param name="CutTokens">Tokens of the prompt's start that the second pass was not shown.</param>
public sealed record AdaptedAnswer(
    string Expert, float[] Weights, string Answer, double FirstPassSeconds, double SecondPassSeconds, int CutTokens);
