namespace MlNetLlm.ConceptMixing;

/// <summary>Which latents may become a position's labels.</summary>
public enum ConceptCandidates
{
    /// <summary>The latents active there, as in the released code: a = c ⊙ W_dᵀ g with c after the TopK.</summary>
    Active,

    /// <summary>All latents, as in version 1 of the paper: a = c_pre ⊙ W_dᵀ g with the values before the TopK.</summary>
    All,
}
