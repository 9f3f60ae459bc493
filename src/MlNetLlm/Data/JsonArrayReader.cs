using System.Text.Json;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>
/// Reads the elements of one array of a JSON file, one at a time: the array that is the whole file, or the one under a name of its
/// outermost object. Never holds more than one element, and refuses one beyond a size before it fills the memory.
/// </summary>
internal sealed class JsonArrayReader : IDisposable
{
    private const int LargestElement = 1 << 26;

    private readonly string _path;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _last;    // the buffer ends where the file ends
    private long _elements;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = JsonOptions.MaxDepth });

    private JsonArrayReader(string path)
    {
        _path = path;
        _stream = TextSource.Open(path);
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            _start = 3;
    }

    /// <summary>Takes something from the JSON text; false when the bytes at hand do not hold all of it.</summary>
    private delegate bool Step(ref Utf8JsonReader reader);

    /// <summary>The elements, in order; each is valid until the next is asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The array's name in the outermost object; empty: the file is the array.</param>
    public static IEnumerable<JsonElement> Read(string path, string name)
    {
        using var reader = new JsonArrayReader(path);
        reader.MoveTo(name);
        while (reader.Next() is { } element)
            using (element)
                yield return element.RootElement;
    }

    public void Dispose() => _stream.Dispose();

    private void MoveTo(string name)
    {
        var named = name.Length == 0;    // the token before was the array's name
        var found = false;
        while (!found)
        {
            var more = Take((ref reader) =>
            {
                if (!reader.Read())
                    return false;
                found = named && reader.TokenType == JsonTokenType.StartArray;
                named = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(name);
                return true;
            });
            if (!more)
                throw new InvalidDataException(name.Length == 0
                    ? $"'{_path}': expected a JSON array."
                    : $"'{_path}': expected a JSON object with an array named '{name}'.");
        }
    }

    /// <summary>The next element, or null at the end of the array.</summary>
    private JsonDocument? Next()
    {
        JsonDocument? element = null;
        _elements++;
        Take((ref reader) => reader.Read()
            && (reader.TokenType == JsonTokenType.EndArray || JsonDocument.TryParseValue(ref reader, out element)));
        return element;
    }

    /// <summary>Runs a step, with more and more bytes until it succeeds; false at the end of the file.</summary>
    private bool Take(Step step)
    {
        try
        {
            while (true)
            {
                var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _last, _state);
                if (step(ref reader))
                {
                    _start += (int)reader.BytesConsumed;
                    _state = reader.CurrentState;
                    return true;
                }
                if (_last)
                    return false;
                Fill();
            }
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{_path}', element {_elements}: the JSON is damaged ({error.Message})", error);
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end >= LargestElement)
            throw new InvalidDataException($"'{_path}', element {_elements}: it has more than {LargestElement} bytes.");
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        try
        {
            var count = _stream.ReadAtLeast(_buffer.AsSpan(_end), Math.Min(4, _buffer.Length - _end), throwOnEndOfStream: false);
            _last = count == 0;
            _end += count;
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{_path}', element {_elements}: the gzip data is damaged ({error.Message})", error);
        }
    }
}
