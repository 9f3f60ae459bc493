namespace MlNetLlm.Rewards;

/// <summary>Finds the part of a text that is the final answer: what stands behind the last marker, such as #### in GSM8K.</summary>
internal static class AnswerMarker
{
    /// <summary>What stands behind the last marker of an answer; null where a marker is asked for and missing.</summary>
    public static string? InAnswer(string text, string? marker)
    {
        if (marker is null) return text;
        var at = text.LastIndexOf(marker, StringComparison.Ordinal);
        return at < 0 ? null : text[(at + marker.Length)..];
    }

    /// <summary>What stands behind the last marker of a reference; all of it where there is none.</summary>
    public static string InReference(string text, string? marker) => InAnswer(text, marker) ?? text;
}
