namespace MlNetLlm.Svf;

/// <summary>How an adapted matrix is applied while it is being trained. The results agree to rounding.</summary>
public enum SvfForward
{
    /// <summary>The cheaper of the two for the matrix and the number of tokens in the step.</summary>
    Auto,

    /// <summary>((x V) ⊙ σ z) Uᵀ; W' is never built.</summary>
    Factored,

    /// <summary>W' is built in every step.</summary>
    Materialised,
}
