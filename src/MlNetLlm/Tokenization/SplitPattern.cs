using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MlNetLlm.Tokenization;

/// <summary>A pattern that finds the places where a text is cut. A pattern from a file runs with a time limit.</summary>
/// <remarks>
/// .NET matches UTF-16 units, tokenizer files mean characters. A text with characters above U+FFFF is therefore matched in the shape of a
/// shadow: one unit a character, those above U+FFFF replaced by one of the same general category.
/// </remarks>
internal sealed partial class SplitPattern
{
    /// <summary>Patterns of Llama 3 and Qwen 2: known to be fast, they run without the limit, which a slow machine could trip.</summary>
    private static readonly string[] KnownToBeFast =
    [
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ];

    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private readonly Regex _regex;
    private readonly TimeSpan? _time;
    private readonly string _origin;

    private SplitPattern(string text, bool isLiteral, Regex regex, TimeSpan? time, string origin)
        => (Text, IsLiteral, _regex, _time, _origin) = (text, isLiteral, regex, time, origin);

    /// <summary>GPT-2's words: contractions; letters, digits or other signs with a space before them; white space.</summary>
    public static SplitPattern Gpt2 { get; } = new(Gpt2Regex().ToString(), isLiteral: false, Gpt2Regex(), time: null, "GPT-2");

    /// <summary>Each digit, or each run of digits.</summary>
    public static SplitPattern Digit { get; } = new(@"\p{N}", isLiteral: false, DigitRegex(), time: null, "digits");

    /// <summary>The pattern as its file has it.</summary>
    public string Text { get; }

    /// <summary>The pattern is a plain text.</summary>
    public bool IsLiteral { get; }

    /// <summary>A pattern from a file.</summary>
    /// <exception cref="InvalidDataException">The pattern is too long or is none.</exception>
    public static SplitPattern Parse(string text, bool isLiteral, FileBytes file, TokenizerLimits limits)
    {
        file.Require(text.Length is > 0 && text.Length <= limits.MaxPatternLength,
            $"a pattern has {text.Length} characters; allowed are 1 to {limits.MaxPatternLength}");
        if (!isLiteral && text == Gpt2.Text)
            return Gpt2;
        if (!isLiteral && KnownToBeFast.Contains(text))
            return new SplitPattern(text, isLiteral, new Regex(text, Options | RegexOptions.Compiled), time: null, file.Name);
        var regex = Build(isLiteral ? Regex.Escape(text) : text, file, limits);
        return new SplitPattern(text, isLiteral, regex, limits.PatternTime, file.Name);
    }

    public MatchWalk Matches(ReadOnlySpan<char> text) => new(this, text);

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Regex();

    [GeneratedRegex(@"\p{N}", RegexOptions.CultureInvariant)]
    private static partial Regex DigitRegex();

    private static Regex Build(string pattern, FileBytes file, TokenizerLimits limits)
    {
        try
        {
            return new Regex(pattern, Options | RegexOptions.NonBacktracking, limits.PatternTime);
        }
        catch (NotSupportedException)                           // it looks ahead or back: only a backtracking matcher can do that
        {
            return new Regex(pattern, Options, limits.PatternTime);
        }
        catch (ArgumentException e)
        {
            throw file.Wrong($"the pattern '{pattern}' is not one that .NET understands: {e.Message}", e);
        }
    }

    private InvalidDataException TooSlow(int length, Exception? inner = null)
        => new($"Cannot split a text of {length} characters: the pattern '{Text}' of '{_origin}' takes more than "
            + $"{_time!.Value.TotalMilliseconds} ms. Raise PatternTime if the file can be trusted.", inner);

    /// <summary>The matches of a pattern in a text, left to right; empty ones are left out.</summary>
    public ref struct MatchWalk
    {
        private readonly SplitPattern _pattern;
        private readonly ReadOnlySpan<char> _text;
        private readonly bool _isShadow;
        private readonly long _deadline;
        private Regex.ValueMatchEnumerator _matches;
        private int _shadowAt, _textAt;

        public MatchWalk(SplitPattern pattern, ReadOnlySpan<char> text)
        {
            _pattern = pattern;
            _text = text;
            _isShadow = text.ContainsAnyInRange('\ud800', '\udfff');
            _matches = pattern._regex.EnumerateMatches(_isShadow ? Shadow.Of(text) : text);
            _deadline = pattern._time is { } time
                ? Stopwatch.GetTimestamp() + (long)((time.TotalSeconds + text.Length * 1e-6) * Stopwatch.Frequency)
                : long.MaxValue;
        }

        public int Start { get; private set; }

        public int End { get; private set; }

        public bool MoveNext()
        {
            while (Step())
            {
                Start = Position(_matches.Current.Index);
                End = Position(_matches.Current.Index + _matches.Current.Length);
                if (_deadline != long.MaxValue && Stopwatch.GetTimestamp() > _deadline)
                    throw _pattern.TooSlow(_text.Length);
                if (End > Start)
                    return true;
            }
            return false;
        }

        private bool Step()
        {
            try
            {
                return _matches.MoveNext();
            }
            catch (RegexMatchTimeoutException e)
            {
                throw _pattern.TooSlow(_text.Length, e);
            }
        }

        /// <summary>Where a place of the shadow is in the text; asked for in rising order.</summary>
        private int Position(int shadowAt)
        {
            if (!_isShadow)
                return shadowAt;
            for (; _shadowAt < shadowAt; _shadowAt++)
                _textAt += Shadow.Length(_text, _textAt);
            return _textAt;
        }
    }
}
