namespace MlNetLlm.SelfAdaptation;

/// <summary>A kind of question and who answers it.</summary>
/// <param name="Label">The word that the first pass writes: letters, digits, '-', '_' or '.'; case does not matter.</param>
/// <param name="Expert">The expert's name in the library.</param>
/// <param name="Description">What the classification prompt says of the label; may be empty.</param>
public sealed record AdaptationLabel(string Label, string Expert, string Description = "");
