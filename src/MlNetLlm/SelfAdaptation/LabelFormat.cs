namespace MlNetLlm.SelfAdaptation;

/// <summary>Where the label stands in what the first pass writes.</summary>
public enum LabelFormat
{
    /// <summary>In the first complete \boxed{…}, as the paper asks for.</summary>
    Boxed,

    /// <summary>The first word, for models that were taught to write the label alone.</summary>
    FirstWord,
}
