namespace MlNetLlm.EmbeddingReset;

/// <summary>What a reset does to the weights.</summary>
public enum ResetChange
{
    /// <summary>Draws them anew from N(0, s²), s the standard deviation of the options, as at the start.</summary>
    Redraw,

    /// <summary>Draws them anew from N(m, s²) with m and s as they are now; an unused option of the released code.</summary>
    RedrawAtCurrentScale,

    /// <summary>w ← keep · w + noise, the noise as large as a share of the weights' standard deviation (shrink and perturb).</summary>
    Perturb,

    /// <summary>Puts the rows into random order: another map from words to vectors, the same vectors.</summary>
    ShuffleRows,

    /// <summary>Leaves them; only moments, step counter and rate begin again.</summary>
    None,
}
