using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MlNetLlm.Persistence;

/// <summary>
/// Reads and writes JSON by <see cref="JsonOptions.Strict"/>; an error says which file, line and key, and the nearest known key.
/// </summary>
public static class StrictJson
{
    private static readonly byte[] _byteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">What it holds.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The largest file to accept; the default is 16 MiB.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">The file is too large, is no JSON, or does not fit the type.</exception>
    public static T ReadFile<T>(string path, long maxBytes = 16 << 20)
    {
        var length = new FileInfo(path).Length;
        if (length > maxBytes)
            throw new InvalidDataException($"'{path}' has {length} bytes; at most {maxBytes} are read as JSON.");
        return Parse<T>(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a text.</summary>
    /// <typeparam name="T">What it holds.</typeparam>
    /// <param name="json">The JSON text.</param>
    /// <param name="origin">What to call it in an error, such as a file name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">The text is no JSON, or does not fit the type.</exception>
    public static T Parse<T>(string json, string origin) => Parse<T>(Encoding.UTF8.GetBytes(json), origin);

    /// <summary>Reads UTF-8 bytes.</summary>
    /// <typeparam name="T">What they hold.</typeparam>
    /// <param name="utf8">The JSON text; a byte-order mark is skipped.</param>
    /// <param name="origin">What to call it in an error, such as a file name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">The text is no JSON, or does not fit the type.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8, string origin)
    {
        if (utf8.StartsWith(_byteOrderMark))
            utf8 = utf8[_byteOrderMark.Length..];
        try
        {
            UnknownKeys.Refuse(utf8, JsonOptions.Strict.GetTypeInfo(typeof(T)), origin);
            return JsonSerializer.Deserialize<T>(utf8, JsonOptions.Strict)
                ?? throw new InvalidDataException($"'{origin}' holds null; expected {typeof(T).Name}.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{Where(origin, error)}: {Plain(error.Message)}", error);
        }
        catch (InvalidOperationException error)   // a key whose bytes are no UTF-8
        {
            throw new InvalidDataException($"'{origin}': {error.Message}", error);
        }
    }

    /// <summary>Writes a value.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>UTF-8 bytes, indented, with a line end at the end.</returns>
    public static byte[] ToBytes<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, JsonOptions.Strict), (byte)'\n'];

    private static string Where(string origin, JsonException error)
        => error.LineNumber is { } line ? $"'{origin}', line {line + 1}" : $"'{origin}'";

    private static string Plain(string message)
    {
        var tail = message.IndexOf(" Path: ", StringComparison.Ordinal);   // the position, which the caller says better
        if (tail < 0)
            tail = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return tail < 0 ? message : message[..tail];
    }

    /// <summary>Walks JSON beside the type it is meant for and stops at the first key that the type does not have.</summary>
    private static class UnknownKeys
    {
        public static void Refuse(ReadOnlySpan<byte> utf8, JsonTypeInfo type, string origin)
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
            {
                AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = JsonOptions.MaxDepth,
            });
            if (reader.Read())
                Value(ref reader, utf8, type, origin);
        }

        private static void Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, JsonTypeInfo? type, string origin)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Value(ref reader, utf8, Element(type), origin);
            else if (reader.TokenType == JsonTokenType.StartObject)
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var member = Member(ref reader, utf8, type, origin);
                    reader.Read();
                    Value(ref reader, utf8, member, origin);
                }
        }

        private static JsonTypeInfo? Element(JsonTypeInfo? type)
            => type?.ElementType is { } element && type.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary
                ? type.Options.GetTypeInfo(type.ElementType!)
                : null;

        private static JsonTypeInfo? Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, JsonTypeInfo? type, string origin)
        {
            if (type?.Kind != JsonTypeInfoKind.Object)
                return Element(type);
            var key = reader.GetString()!;
            var property = type.Properties.FirstOrDefault(p => string.Equals(p.Name, key, StringComparison.OrdinalIgnoreCase));
            if (property is not null)
                return type.Options.GetTypeInfo(property.PropertyType);
            var known = type.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).Select(p => p.Name).ToList();
            var hint = Nearest.To(key, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", known)}.";
            var line = 1 + utf8[..(int)reader.TokenStartIndex].Count((byte)'\n');
            throw new InvalidDataException($"'{origin}', line {line}: unknown key '{key}'. {hint}");
        }
    }
}
