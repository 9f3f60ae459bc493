namespace MlNetLlm.Svf;

/// <summary>How a mix of experts becomes weights. The results agree to rounding.</summary>
public enum SvfComposition
{
    /// <summary>Each expert's matrices are kept whole and added: the fastest, at the memory of one set of matrices an expert.</summary>
    Precomputed,

    /// <summary>
    /// The multipliers are mixed and U diag(σ ⊙ z) Vᵀ is multiplied every time, once for each decomposition that the experts have: no
    /// memory beyond the experts' own.
    /// </summary>
    Factors,
}
