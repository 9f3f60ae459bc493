namespace MlNetLlm.Pretraining;

/// <summary>What a language model learns from text.</summary>
public enum PretrainObjective
{
    /// <summary>The next token for a causal model, masked tokens for one that looks both ways.</summary>
    ByModel,

    /// <summary>At every token the one that follows.</summary>
    NextToken,

    /// <summary>The tokens that a mask hides (see <see cref="Data.MaskingOptions"/>).</summary>
    MaskedToken,
}
