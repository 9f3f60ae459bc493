namespace Microsoft.ML.Data;

/// <summary>The lines of some files, one after another, cut into fields. Empty lines are passed over.</summary>
internal sealed class LineReader(IMultiStreamSource source, TextLoader.Options options, bool skipHeader) : IDisposable
{
    private readonly FieldSplitter _splitter = new(options);
    private ReadOnlyMemory<char>[] _fields = new ReadOnlyMemory<char>[16];
    private TextReader _reader;
    private int _file;

    /// <summary>How many fields the current line has.</summary>
    public int Count { get; private set; }

    /// <summary>Of the current file, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>A field of the current line; one that the line lacks is empty.</summary>
    public ReadOnlyMemory<char> this[int field] => field < Count ? _fields[field] : default;

    public bool MoveNext()
    {
        while (true)
        {
            if (_reader == null && !OpenNext())
                return false;
            var line = ReadLine();
            if (line == null)
            {
                _reader.Dispose();
                _reader = null;
            }
            else if (line.Length > 0)
            {
                Count = Split(line);
                return true;
            }
        }
    }

    public void Dispose() => _reader?.Dispose();

    private bool OpenNext()
    {
        if (_file >= source.Count)
            return false;
        _reader = source.OpenTextReader(_file++);
        Line = 0;
        if (skipHeader && options.HasHeader)
            ReadLine();
        return true;
    }

    private string ReadLine()
    {
        Line++;
        var line = _reader.ReadLine();
        return options.TrimWhitespace ? line?.TrimEnd() : line;
    }

    private int Split(string line)
    {
        while (true)
        {
            var count = _splitter.Split(line, ref _fields);
            if (count >= 0)
                return count;
            var more = ReadLine() ?? throw new FormatException($"A quoted field that begins before line {Line} is never closed.");
            line = $"{line}\n{more}";
        }
    }
}
