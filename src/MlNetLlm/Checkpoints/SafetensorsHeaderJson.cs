using System.Text.Json;

namespace MlNetLlm.Checkpoints;

/// <summary>Reads the JSON of a safetensors header token by token and checks each tensor by itself.</summary>
internal sealed class SafetensorsHeaderJson(SafetensorsLimits limits, string origin)
{
    private readonly List<SafetensorsEntry> _tensors = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _metadata = [];

    internal (List<SafetensorsEntry> Tensors, Dictionary<string, string> Metadata) Read(ReadOnlySpan<byte> json)
    {
        RequireFew(json);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            ReadMember(ref reader);
        reader.Read();   // throws on anything but white space after the object
        return (_tensors, _metadata);
    }

    // Before anything is kept of them; what is no JSON is left to the reading proper, which says so.
    private void RequireFew(ReadOnlySpan<byte> json)
    {
        const int shortestEntry = 45;                                   // "":{"dtype":"I8","shape":[],"data_offsets":[0,0]}
        if (json.Length / shortestEntry <= limits.MaxTensors)
            return;
        if (Names(json) > limits.MaxTensors + 1)                        // one may be the metadata
            throw Fault($"the header lists more than {limits.MaxTensors} tensors.");
    }

    private int Names(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
        var names = 0;
        try
        {
            while (names <= limits.MaxTensors + 1 && reader.Read())
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                    names++;
        }
        catch (JsonException)
        {
            return 0;
        }
        return names;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > limits.MaxNameBytes)
            throw Fault($"a name has {reader.ValueSpan.Length} bytes, at most {limits.MaxNameBytes} are read.");
        var name = reader.GetString()!;
        if (!_names.Add(name))
            throw Fault($"'{name}' stands in the header twice.");
        if (name == SafetensorsHeader.MetadataKey)
        {
            ReadMetadata(ref reader);
            return;
        }
        if (name.Length == 0)
            throw Fault("a tensor has an empty name.");
        if (_tensors.Count == limits.MaxTensors)
            throw Fault($"the header lists more than {limits.MaxTensors} tensors.");
        _tensors.Add(ReadTensor(ref reader, name));
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Fault($"'{SafetensorsHeader.MetadataKey}' is no object of texts.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Fault($"the value of metadata '{key}' is no text.");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Fault($"metadata '{key}' is given twice.");
        }
    }

    private SafetensorsEntry ReadTensor(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Fault($"tensor '{name}' is no object.");
        SafetensorsType? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8) && type is null)
                type = ReadType(ref reader, name);
            else if (reader.ValueTextEquals("shape"u8) && shape is null)
                shape = ReadNumbers(ref reader, name, "shape", limits.MaxRank);
            else if (reader.ValueTextEquals("data_offsets"u8) && offsets is null)
                offsets = ReadNumbers(ref reader, name, "data_offsets", 2);
            else
                throw Fault($"tensor '{name}' has the key '{reader.GetString()}' twice, or it is none of dtype, shape, data_offsets.");
        }
        if (type is null || shape is null || offsets is null)
            throw Fault($"tensor '{name}' has no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}.");
        return Checked(name, type, shape, offsets);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > limits.MaxNameBytes)
            throw Fault($"tensor '{name}' has a dtype that is no text.");
        var text = reader.GetString()!;
        return SafetensorsType.Named(text)
            ?? throw Fault($"tensor '{name}' has dtype '{text}'. Known: {SafetensorsType.Known}.");
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Fault($"tensor '{name}' has a {key} that is no list.");
        var numbers = new List<long>(most);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most)
                throw Fault($"tensor '{name}' has a {key} of more than {most} numbers.");
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == (byte)'-' || !reader.TryGetInt64(out var number))
                throw Fault($"tensor '{name}' has a {key} with an entry that is no whole number from 0 to 2^63 - 1.");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private SafetensorsEntry Checked(string name, SafetensorsType type, long[] shape, long[] offsets)
    {
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Fault($"tensor '{name}' has data_offsets [{string.Join(", ", offsets)}], expected [begin, end] with begin <= end.");
        long bytes;
        try
        {
            bytes = shape.Aggregate((long)type.Size, (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            throw Fault($"tensor '{name}' of shape ({string.Join(", ", shape)}) has more than 2^63 - 1 bytes.");
        }
        if (bytes != offsets[1] - offsets[0])
            throw Fault($"tensor '{name}' of shape ({string.Join(", ", shape)}) and dtype {type.Name} takes {bytes} bytes, "
                + $"its data_offsets [{offsets[0]}, {offsets[1]}] give it {offsets[1] - offsets[0]}.");
        return new SafetensorsEntry(name, type.Torch, shape, offsets[0], offsets[1]);
    }

    private InvalidDataException Fault(string fact) => SafetensorsHeader.Fault(origin, fact);
}
