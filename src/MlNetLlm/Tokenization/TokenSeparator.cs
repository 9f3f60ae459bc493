namespace MlNetLlm.Tokenization;

/// <summary>How a text with a fixed vocabulary is cut into tokens.</summary>
public enum TokenSeparator
{
    /// <summary>Tokens are words with white space between them.</summary>
    Space,

    /// <summary>Tokens follow each other directly: at each place stands the longest one that fits.</summary>
    None,

    /// <summary>Each byte of the text's UTF-8 is a token.</summary>
    Bytes,
}
