namespace MlNetLlm.ConceptMixing;

/// <summary>Which predictions a hidden state is held responsible for when its concepts are scored.</summary>
public enum ConceptGradient
{
    /// <summary>All later ones of the window, as in the released code: the plain backward pass of the summed loss.</summary>
    AllLaterTokens,

    /// <summary>
    /// Its own next token alone, as in equation 1: attention sends the gradient back to a token's own key and value only, those of all
    /// others count as constants. One backward pass still serves every position.
    /// </summary>
    NextToken,
}
