namespace MlNetLlm.Svf;

/// <summary>How the trained vector becomes the multipliers of the singular values.</summary>
public enum SvfVariant
{
    /// <summary>z = c · M · sigmoid(p) with c keeping Σσ: bounded and renormalised, as in the code released with the paper.</summary>
    Bounded,

    /// <summary>z itself is trained from 1: no bound, no renormalisation; sign flips and norm growth are possible.</summary>
    Free,
}
