namespace MlNetLlm.HiddenStates;

/// <summary>What becomes of a text with more tokens than the model's context.</summary>
public enum LongTexts
{
    /// <summary>
    /// It is read in consecutive windows, each with the begin token before it. A token sees those of its own window only, so states near a
    /// window's start lack what came before.
    /// </summary>
    Windows,

    /// <summary>An error names the text's length and the context's.</summary>
    Refuse,
}
