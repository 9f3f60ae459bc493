namespace MlNetLlm.ConceptMixing;

/// <summary>
/// What makes a concept a label of a position. With a = c ⊙ W_dᵀ ∂NLL/∂h, removing concept i changes the loss by about −aᵢ.
/// </summary>
public enum ConceptLabelKind
{
    /// <summary>
    /// The largest a above 0: concepts that hurt the true next token; the default. The released code takes the largest too, but fills up
    /// with those at or below 0 where fewer are above.
    /// </summary>
    Plus,

    /// <summary>The smallest a below 0: concepts that help the true next token.</summary>
    Minus,

    /// <summary>The largest |a|.</summary>
    Abs,

    /// <summary>The strongest activations, whatever the loss.</summary>
    Activation,

    /// <summary>
    /// The teacher's most probable next tokens, as if token ids were concepts: a control that asks whether labels are only distillation.
    /// </summary>
    NextTokens,
}
