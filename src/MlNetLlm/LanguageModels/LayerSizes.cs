using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlNetLlm.LanguageModels;

/// <summary>One size a layer, from the first to the last; equal where all sizes are. In JSON a list of whole numbers.</summary>
/// <param name="sizes">The sizes.</param>
[JsonConverter(typeof(Json))]
public sealed class LayerSizes(params IEnumerable<int> sizes) : IReadOnlyList<int>, IEquatable<LayerSizes>
{
    private readonly int[] _sizes = [.. sizes];

    /// <inheritdoc/>
    public int Count => _sizes.Length;

    /// <inheritdoc/>
    public int this[int layer] => _sizes[layer];

    /// <inheritdoc/>
    public bool Equals(LayerSizes? other) => other is not null && _sizes.AsSpan().SequenceEqual(other._sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LayerSizes);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in _sizes) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>The sizes with commas between them.</summary>
    public override string ToString() => string.Join(',', _sizes);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_sizes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _sizes.GetEnumerator();

    private sealed class Json : JsonConverter<LayerSizes>
    {
        public override LayerSizes Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Expected a list of whole numbers, one a layer.");
            var sizes = new List<int>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                sizes.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var size)
                    ? size
                    : throw new JsonException("Expected a list of whole numbers, one a layer."));
            return new LayerSizes(sizes);
        }

        public override void Write(Utf8JsonWriter writer, LayerSizes value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var size in value) writer.WriteNumberValue(size);
            writer.WriteEndArray();
        }
    }
}
