using System.Globalization;
using System.Numerics;
using System.Text;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// JSON as RFC 8259 has it, read letter by letter: null, bool, string, <see cref="BigInteger"/>, double, list of values, list of
/// members (in order, doubled ones kept). Anything else is a <see cref="FormatException"/>.
/// </summary>
internal sealed class ObviousJson(string text)
{
    private int _at;

    public static object? Read(string text)
    {
        var reader = new ObviousJson(text);
        var value = reader.Value();
        reader.Space();
        return reader._at == text.Length ? value : throw new FormatException("something follows");
    }

    private char Now => _at < text.Length ? text[_at] : throw new FormatException("it ends");

    private object? Value()
    {
        Space();
        switch (Now)
        {
            case '{': return Members();
            case '[': return List(']', Value);
            case '"': return Text();
            case 't': Word("true"); return true;
            case 'f': Word("false"); return false;
            case 'n': Word("null"); return null;
            default: return Number();
        }
    }

    private List<(string Key, object? Value)> Members() => List('}', () =>
    {
        Space();
        var key = Text();
        Space();
        Word(":");
        return (key, Value());
    });

    private List<T> List<T>(char end, Func<T> item)
    {
        var items = new List<T>();
        _at++;
        Space();
        for (; Now != end; Space())
        {
            if (items.Count > 0)
                Word(",");
            items.Add(item());
        }
        _at++;
        return items;
    }

    private string Text()
    {
        var result = new StringBuilder();
        Word("\"");
        for (; Now != '"'; _at++)
            if (Now < ' ')
                throw new FormatException("a control character");
            else if (Now == '\\')
                result.Append(Escaped());
            else
                result.Append(Now);
        _at++;
        return result.ToString();
    }

    private char Escaped()
    {
        _at++;
        if (Now == 'u')
        {
            var digits = text.Substring(_at + 1, Math.Min(4, text.Length - _at - 1));
            if (digits.Length < 4 || !digits.All(char.IsAsciiHexDigit))
                throw new FormatException("four hexadecimal digits");
            _at += 4;
            return (char)Convert.ToInt32(digits, 16);
        }
        return "\"\\/bfnrt".IndexOf(Now) is var which and >= 0 ? "\"\\/\b\f\n\r\t"[which] : throw new FormatException("an escape");
    }

    private object Number()
    {
        var start = _at;
        if (Now == '-')
            _at++;
        if (Digits() is var whole && whole.Length > 1 && whole[0] == '0')
            throw new FormatException("a zero in front");
        var isWhole = true;
        if (_at < text.Length && Now == '.')
        {
            isWhole = false;
            _at++;
            Digits();
        }
        if (_at < text.Length && Now is 'e' or 'E')
        {
            isWhole = false;
            _at++;
            if (Now is '+' or '-')
                _at++;
            Digits();
        }
        var number = text[start.._at];
        return isWhole && number != "-0" ? BigInteger.Parse(number, CultureInfo.InvariantCulture) : double.NaN;
    }

    private string Digits()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        return _at > start ? text[start.._at] : throw new FormatException("a digit");
    }

    private void Word(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
            throw new FormatException(word);
        _at += word.Length;
    }

    private void Space()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\n' or '\r')
            _at++;
    }
}
