namespace MlNetLlm.HiddenStates;

/// <summary>Which token's hidden states become a text's vector. The begin token is no token of the text.</summary>
public enum HiddenStatePooling
{
    /// <summary>The text's last token: the one that has seen the whole text, in a causal model.</summary>
    Last,

    /// <summary>The mean over the text's tokens.</summary>
    Mean,

    /// <summary>
    /// The first token of the sequence, the begin token where the model has one: what encoders such as RoBERTa gather a text in. In a
    /// causal model it has seen nothing of the text.
    /// </summary>
    First,

    /// <summary>The tokens at <see cref="HiddenStatesOptions.Positions"/>, one after another in one vector.</summary>
    Positions,

    /// <summary>
    /// All of the text's tokens, one after another in one vector of variable size: for code that reads it, not for ML.NET's trainers, which
    /// need one size.
    /// </summary>
    All,
}
