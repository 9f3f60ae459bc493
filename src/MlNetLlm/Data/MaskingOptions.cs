namespace MlNetLlm.Data;

/// <summary>
/// Which tokens a masked language model is to guess, and what it sees in their place (Devlin et al. 2019; RoBERTa, Liu et al. 2019).
/// </summary>
public sealed record MaskingOptions : ICheckedOptions
{
    /// <summary>Share of a sequence's tokens to guess, special tokens not counted; above 0, at most 1.</summary>
    /// <value>0.15.</value>
    public double Share { get; init; } = 0.15;

    /// <summary>Of the tokens to guess, the share that the mask token hides; 0 to 1.</summary>
    /// <value>0.8.</value>
    public double MaskedShare { get; init; } = 0.8;

    /// <summary>Of the tokens to guess, the share that a random token replaces; the rest stays as it is. 0 to 1.</summary>
    /// <value>0.1.</value>
    public double RandomShare { get; init; } = 0.1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (!(Share > 0 && Share <= 1)) yield return $"Masking.Share is {Share}; expected above 0 and at most 1.";
        if (!(MaskedShare >= 0 && MaskedShare <= 1)) yield return $"Masking.MaskedShare is {MaskedShare}; expected 0 to 1.";
        if (!(RandomShare >= 0 && RandomShare <= 1)) yield return $"Masking.RandomShare is {RandomShare}; expected 0 to 1.";
        if (MaskedShare + RandomShare > 1)
            yield return $"Masking.MaskedShare and Masking.RandomShare are {MaskedShare} and {RandomShare}; expected at most 1 together.";
    }
}
