namespace MlNetLlm.LanguageModels;

/// <summary>How an element enters the hidden states.</summary>
public enum InsertionMixing
{
    /// <summary>Behind its token, as an element of the sequence: h₁, ĉ₁, h₂, ĉ₂, …; ĉ predicts the next token.</summary>
    Interleave,

    /// <summary>Added to its token's hidden state; the sequence keeps its length.</summary>
    Add,

    /// <summary>Not at all: it is predicted, and that is all.</summary>
    None,
}
