using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetLlm.Persistence;

/// <summary>How the library reads and writes JSON.</summary>
public static class JsonOptions
{
    /// <summary>How deep objects and arrays may nest in any file that the library reads.</summary>
    public const int MaxDepth = 32;

    /// <summary>
    /// camelCase names (read in any case), enum members by name, comments and trailing commas allowed, unknown and doubled keys refused,
    /// <see langword="required"/> and non-nullable members respected, at most <see cref="MaxDepth"/> levels.
    /// Read through <see cref="StrictJson"/>, whose errors name the file, the line and the nearest known key.
    /// </summary>
    public static JsonSerializerOptions Strict { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IndentSize = 2,
            MaxDepth = MaxDepth,
            NewLine = "\n",
            PropertyNameCaseInsensitive = true,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            ReadCommentHandling = JsonCommentHandling.Skip,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            WriteIndented = true,
        };
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
