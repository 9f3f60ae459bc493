namespace MlNetLlm.Tokenization;

/// <summary>How a text is rewritten before it is cut into words. Names as in Hugging Face's files.</summary>
internal enum TextNormalizer
{
    /// <summary>Unicode's composed form.</summary>
    Nfc,

    /// <summary>Unicode's decomposed form.</summary>
    Nfd,

    /// <summary>Small letters.</summary>
    Lowercase,
}

internal static class TextNormalizers
{
    public static string Apply(this IEnumerable<TextNormalizer> steps, string text)
        => steps.Aggregate(text, (result, step) => step switch
        {
            TextNormalizer.Nfc => UnicodeForms.Compose(result),
            TextNormalizer.Nfd => UnicodeForms.Decompose(result),
            TextNormalizer.Lowercase => result.ToLowerInvariant(),
            _ => throw new ArgumentOutOfRangeException(nameof(steps), step, "Unknown way to rewrite a text."),
        });
}
