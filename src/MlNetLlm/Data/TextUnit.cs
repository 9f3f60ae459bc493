namespace MlNetLlm.Data;

/// <summary>What makes one row of a text file.</summary>
public enum TextUnit
{
    /// <summary>The whole file.</summary>
    Document,

    /// <summary>Lines up to the next blank line.</summary>
    Paragraph,

    /// <summary>A line that is not blank.</summary>
    Line,
}
