using System.Data.Common;
using System.Text.Json;
using MlNetLlm.Pipelines.Store;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>What the command ends with in a sentence. Any other exception is a fault of the command, and shows where.</summary>
internal static class Failures
{
    /// <summary>The sentence, or null where the exception is none of these.</summary>
    public static string? Text(Exception error) => error switch
    {
        DllNotFoundException or TypeInitializationException =>
            Sentence($"A native library does not load: {(error.InnerException ?? error).Message} mlnetllm doctor says what is missing."),
        ArgumentException or InvalidDataException or InvalidOperationException or IOException or NotSupportedException
            or UnauthorizedAccessException or DbException or JsonException => Sentence(error.Message),
        _ => null,
    };

    // Messages quote files, and those may hold what a terminal would obey.
    private static string Sentence(string message) => RunTexts.PlainLines($"mlnetllm: {message}");
}
