using System.Globalization;
using System.Text;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>Reads the sentences of a CoNLL-U file, one at a time.</summary>
internal sealed class ConlluParser
{
    private const int MostWords = 100_000;
    private const int ColumnCount = 10;

    private readonly string _path;
    private readonly List<AnnotatedWord> _words = [];
    private readonly List<Token> _tokens = [];
    private string? _id;
    private string? _text;
    private long _line;

    private ConlluParser(string path) => _path = path;

    public static IEnumerable<AnnotatedSentence> Sentences(string path)
    {
        var parser = new ConlluParser(path);
        foreach (var line in TextSource.Lines(path))
            if (parser.Add(line) is { } sentence)
                yield return sentence;
        if (parser.Add("") is { } last)    // the end of the file ends a sentence too
            yield return last;
    }

    /// <summary>Takes a line; the line after a sentence gives the sentence.</summary>
    private AnnotatedSentence? Add(string line)
    {
        _line++;
        if (line.Length == 0)
            return _tokens.Count > 0 ? Finish() : null;
        if (line[0] == '#')
            AddComment(line);
        else
            AddToken(line.Split('\t'));
        return null;
    }

    private void AddComment(string line)
    {
        var equals = line.IndexOf('=');
        if (equals < 0)
            return;
        var name = line[1..equals].Trim();
        if (name == "text")
            _text = line[(equals + 1)..].Trim();
        else if (name == "sent_id")
            _id = line[(equals + 1)..].Trim();
    }

    private void AddToken(string[] columns)
    {
        if (columns.Length != ColumnCount)
            throw Fault($"the line has {columns.Length} columns", $"{ColumnCount}, separated by tabs");
        var id = columns[0];
        var next = _words.Count + 1;
        if (id.Contains('.'))
            return;    // an empty node stands for a word that is not in the text
        if (id.Split('-') is [var first, var last])
        {
            if (Number(first) != next || Number(last) <= next || _tokens.Count > 0 && _tokens[^1].Last >= next)
                throw Fault($"the multi-word token is '{id}'", $"one that starts with word {next}");
            _tokens.Add(new Token(columns[1], next, Number(last), HasSpace(columns)));
            return;
        }
        if (Number(id) != next || next > MostWords)
            throw Fault($"the word's number is '{id}'", next > MostWords ? $"at most {MostWords} words in a sentence" : $"{next}");
        if (_tokens.Count == 0 || _tokens[^1].Last < next)
            _tokens.Add(new Token(columns[1], next, next, HasSpace(columns)));
        _words.Add(new AnnotatedWord(columns[1], columns[2], columns[3], columns[4], columns[5], Number(columns[6]), columns[7], 0, 0));
    }

    private AnnotatedSentence Finish()
    {
        if (_tokens[^1].Last != _words.Count)
            throw Fault($"the sentence ends with word {_words.Count}", $"{_tokens[^1].Last} words, as its last multi-word token says");
        if (_words.FindIndex(word => word.Head > _words.Count) is >= 0 and var at)
            throw Fault($"word {at + 1} has the head {_words[at].Head}", $"at most {_words.Count}, the number of words");
        var text = _text ?? Join();
        Locate(text);
        var sentence = new AnnotatedSentence(_id, text, [.. _words]);
        _words.Clear();
        _tokens.Clear();
        (_id, _text) = (null, null);
        return sentence;
    }

    private string Join()
    {
        var text = new StringBuilder();
        foreach (var token in _tokens)
            text.Append(token.Form).Append(token.HasSpace ? " " : "");
        return text.ToString().TrimEnd();
    }

    /// <summary>Finds each token in the text, white space aside.</summary>
    private void Locate(string text)
    {
        var at = 0;
        foreach (var token in _tokens)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (!text.AsSpan(at).StartsWith(token.Form, StringComparison.Ordinal))
                throw Fault($"the text goes on with '{text[at..Math.Min(text.Length, at + 20)]}'", $"the token '{token.Form}'");
            for (var word = token.First; word <= token.Last; word++)
                _words[word - 1] = _words[word - 1] with { Start = at, Length = token.Form.Length };
            at += token.Form.Length;
        }
    }

    private static bool HasSpace(string[] columns) => !columns[9].Split('|').Contains("SpaceAfter=No");

    private int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Fault($"'{text}' is no number", "one");

    private InvalidDataException Fault(string found, string expected) => new RowPlace(_path, "line", _line).Fault(found, expected);

    /// <summary>A token as it stands in the text: the words it is made of, by number.</summary>
    private sealed record Token(string Form, int First, int Last, bool HasSpace);
}
