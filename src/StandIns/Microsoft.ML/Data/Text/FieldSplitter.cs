using System.Buffers;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>Cuts a line into fields, which are slices of it unless a quoted field holds escaped quotes.</summary>
internal sealed class FieldSplitter(TextLoader.Options options)
{
    private readonly SearchValues<char> _separators = SearchValues.Create(options.Separators);
    private readonly bool _spaceSeparates = options.Separators.Contains(' ');

    /// <summary>The number of fields, or -1 where a quote is still open and lines may go on.</summary>
    public int Split(string line, ref ReadOnlyMemory<char>[] fields)
    {
        var text = line.AsSpan();
        var count = 0;
        for (var at = 0; ; at++)
        {
            while (!_spaceSeparates && at < text.Length && text[at] == ' ')
                at++;
            ReadOnlyMemory<char> field;
            if (options.AllowQuoting && at < text.Length && text[at] == '"')
            {
                if (!TryReadQuoted(line, ref at, out field) && options.ReadMultilines)
                    return -1;
            }
            else
            {
                var start = at;
                at = EndOfField(text, at);
                field = line.AsMemory(start, at - start);
            }
            if (count == fields.Length)
                Array.Resize(ref fields, 2 * count);
            fields[count++] = field;
            if (at >= text.Length)
                return count;
        }
    }

    private int EndOfField(ReadOnlySpan<char> text, int start)
    {
        var length = text[start..].IndexOfAny(_separators);
        return length < 0 ? text.Length : start + length;
    }

    /// <summary>Reads from the opening quote to the next separator. What is not well quoted becomes empty.</summary>
    private bool TryReadQuoted(string line, ref int at, out ReadOnlyMemory<char> field)
    {
        StringBuilder unescaped = null;
        field = default;
        var start = ++at;
        while (true)
        {
            var mark = line.AsSpan(at).IndexOfAny('"', options.EscapeChar);
            if (mark < 0)
            {
                at = line.Length;
                return false;
            }
            at += mark;
            if (IsEscapedQuote(line, at))
            {
                (unescaped ??= new()).Append(line, start, at - start).Append('"');
                at = start = at + 2;
            }
            else if (line[at] == '"')
                break;
            else
                at++;
        }
        var content = unescaped == null
            ? line.AsMemory(start, at - start)
            : unescaped.Append(line, start, at - start).ToString().AsMemory();
        var end = EndOfField(line, ++at);
        field = line.AsSpan(at, end - at).Trim(' ').IsEmpty ? content : default;
        at = end;
        return true;
    }

    private bool IsEscapedQuote(string line, int at) => line[at] == options.EscapeChar && at + 1 < line.Length && line[at + 1] == '"';
}
