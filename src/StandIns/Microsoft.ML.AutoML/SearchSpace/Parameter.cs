using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SearchSpace;

/// <summary>A value of a search space: a number, a text, a list, or a nest of named values.</summary>
[JsonConverter(typeof(ParameterConverter))]
public sealed class Parameter : IDictionary<string, Parameter>, IEquatable<Parameter>, IEqualityComparer<Parameter>
{
    private static readonly JsonSerializerOptions _json = new() { Converters = { new JsonStringEnumConverter() } };

    private Parameter(object value, ParameterType type) => (Value, ParameterType) = (value, type);

    internal object Value { get; }

    public ParameterType ParameterType { get; }

    public static Parameter FromDouble(double value) => new(value, ParameterType.Number);

    public static Parameter FromFloat(float value) => new(value, ParameterType.Number);

    public static Parameter FromLong(long value) => new(value, ParameterType.Integer);

    public static Parameter FromInt(int value) => new(value, ParameterType.Integer);

    public static Parameter FromString(string value) => new(value, ParameterType.String);

    public static Parameter FromBool(bool value) => new(value, ParameterType.Bool);

    public static Parameter FromEnum<T>(T value) where T : struct, Enum => FromString(value.ToString());

    public static Parameter FromIEnumerable<T>(IEnumerable<T> values) => new(values, ParameterType.Array);

    public static Parameter FromObject<T>(T value) where T : class => From(value, typeof(T));

    public static Parameter CreateNestedParameter(params KeyValuePair<string, Parameter>[] parameters)
    {
        var nest = new Parameter(new Dictionary<string, Parameter>(), ParameterType.Object);
        foreach (var (key, value) in parameters) nest[key] = value;
        return nest;
    }

    /// <summary>An object becomes a nest of those of its properties that can be written and are not null.</summary>
    internal static Parameter From(object value, Type type) => value switch
    {
        Parameter parameter => parameter,
        int number => FromInt(number),
        long number => FromLong(number),
        short number => FromInt(number),
        double number => FromDouble(number),
        float number => FromFloat(number),
        string text => FromString(text),
        char text => FromString(text.ToString()),
        bool truth => FromBool(truth),
        Enum member => FromString(member.ToString()),
        IEnumerable list => new Parameter(list, ParameterType.Array),
        _ => CreateNestedParameter([.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.CanWrite)
            .Select(p => (p.Name, p.PropertyType, Value: p.GetValue(value)))
            .Where(p => p.Value is not null)
            .Select(p => KeyValuePair.Create(p.Name, From(p.Value, p.PropertyType)))
            .Where(p => p.Value.Count != 0)]),
    };

    public T AsType<T>() => Value is T same ? same : JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(Value, _json), _json);

    private Dictionary<string, Parameter> Nest => Value as Dictionary<string, Parameter>
        ?? throw new InvalidOperationException("parameter is not object type.");

    private ICollection<KeyValuePair<string, Parameter>> Pairs => Nest;

    public int Count => ParameterType == ParameterType.Object ? Nest.Count : 1;

    public bool IsReadOnly => Pairs.IsReadOnly;

    public ICollection<string> Keys => Nest.Keys;

    ICollection<Parameter> IDictionary<string, Parameter>.Values => Nest.Values;

    public Parameter this[string key]
    {
        get => Nest[key];
        set => Nest[key] = value;
    }

    public void Add(string key, Parameter value) => Nest.Add(key, value);

    public void Add(KeyValuePair<string, Parameter> item) => Pairs.Add(item);

    public void Clear() => Nest.Clear();

    public bool Contains(KeyValuePair<string, Parameter> item) => Pairs.Contains(item);

    public bool ContainsKey(string key) => Nest.ContainsKey(key);

    public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) => Pairs.CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, Parameter> item) => Pairs.Remove(item);

    public bool Remove(string key) => Nest.Remove(key);

    public bool TryGetValue(string key, out Parameter value) => Nest.TryGetValue(key, out value);

    IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() => Nest.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Nest.GetEnumerator();

    /// <summary>Two parameters are equal when their JSON is, with the keys in order.</summary>
    public bool Equals(Parameter other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object obj) => Equals(obj as Parameter);

    public bool Equals(Parameter x, Parameter y) => x?.Equals(y) ?? y is null;

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public int GetHashCode(Parameter obj) => obj.GetHashCode();

    public override string ToString() => JsonSerializer.Serialize(this, _json);

    private sealed class ParameterConverter : JsonConverter<Parameter>
    {
        public override Parameter Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return From(document.RootElement);
        }

        public override void Write(Utf8JsonWriter writer, Parameter value, JsonSerializerOptions options)
        {
            object plain = value.ParameterType == ParameterType.Object
                ? new SortedDictionary<string, Parameter>(value.Nest, StringComparer.Ordinal) : value.Value;
            JsonSerializer.Serialize(writer, plain, plain.GetType(), options);
        }

        private static Parameter From(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.Object => CreateNestedParameter(
                [.. json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, From(p.Value)))]),
            JsonValueKind.Array => FromIEnumerable(json.EnumerateArray().Select(From).ToList()),
            JsonValueKind.String => FromString(json.GetString()),
            JsonValueKind.Number => json.TryGetInt64(out var whole) ? FromLong(whole) : FromDouble(json.GetDouble()),
            JsonValueKind.True or JsonValueKind.False => FromBool(json.GetBoolean()),
            _ => throw new JsonException($"A parameter cannot be {json.ValueKind}."),
        };
    }
}
