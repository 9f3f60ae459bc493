namespace MlNetLlm.MultipleChoice;

/// <summary>What a choice's log-likelihood is divided by before choices are compared. lm-evaluation-harness' names in brackets.</summary>
public enum ChoiceNormalization
{
    /// <summary>Nothing: the sum over the continuation's tokens (acc).</summary>
    None,

    /// <summary>
    /// The choice's length in characters (acc_norm). Characters are Unicode code points, as Python counts them; white space at the
    /// continuation's start separates it from the prompt and is not part of the choice.
    /// </summary>
    Characters,

    /// <summary>The same text's length in UTF-8 bytes (acc_bytes).</summary>
    Bytes,
}
