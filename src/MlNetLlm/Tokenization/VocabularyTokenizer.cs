using System.Buffers;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Tokenization;

/// <summary>A fixed vocabulary: words with spaces between them, characters or other tokens without, or bytes.</summary>
/// <remarks>
/// What the vocabulary lacks becomes the unknown token, or an error where there is none. Without spaces between tokens, one with a role and
/// a longer name, such as <c>&lt;bos&gt;</c>, is never found in a text and decodes to nothing.
/// </remarks>
public sealed class VocabularyTokenizer : TextTokenizer
{
    /// <summary>The name of the file in a model folder.</summary>
    internal const string FileName = "vocabulary.json";

    private const int Format = 1;
    private const int ByteCount = 256;

    private readonly string[] _tokens;
    private readonly int?[] _roles;
    private readonly Dictionary<string, int> _ids;
    private readonly TextTrie _trie;
    private readonly byte[][] _utf8;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="tokens">The vocabulary; the index is the id. With <see cref="TokenSeparator.Bytes"/> the first 256 are
    /// <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</param>
    /// <param name="separator">How texts are cut.</param>
    /// <param name="special">Ids of the tokens with a role; null: none.</param>
    /// <exception cref="ArgumentException">Tokens are missing, doubled or cannot occur, or a special id is none of theirs.</exception>
    public VocabularyTokenizer(IEnumerable<string> tokens, TokenSeparator separator, SpecialTokens? special = null)
    {
        _tokens = [.. tokens];
        Separator = separator;
        Special = special ?? SpecialTokens.None;
        _roles = [Special.Bos, Special.Eos, Special.Pad, Special.Unknown, Special.Mask];
        var faults = Faults().Take(10).ToArray();
        if (faults.Length > 0)
            throw new ArgumentException($"Cannot make a vocabulary: {string.Join("; ", faults)}.", nameof(tokens));
        _ids = _tokens.Select((token, id) => (token, id)).Where(t => IsInTexts(t.id)).ToDictionary(t => t.token, t => t.id);
        _trie = new TextTrie(_ids.Select(entry => (entry.Key, entry.Value)));
        _utf8 = [.. _tokens.Select((token, id) => Utf8Of(token, id))];
    }

    /// <summary>How texts are cut.</summary>
    public TokenSeparator Separator { get; }

    /// <inheritdoc/>
    public override int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public override SpecialTokens Special { get; }

    /// <summary>The 256 bytes, then begin, end and padding: any text, nothing to learn.</summary>
    public static VocabularyTokenizer Bytes()
        => new(
            [.. Enumerable.Range(0, ByteCount).Select(BytePieces.Name), "<bos>", "<eos>", "<pad>"],
            TokenSeparator.Bytes,
            new SpecialTokens { Bos = ByteCount, Eos = ByteCount + 1, Pad = ByteCount + 2 });

    /// <summary>Every character of a text, in order of code points, behind padding, begin and end (ids 0, 1 and 2).</summary>
    /// <param name="text">A text that holds all characters wanted.</param>
    public static VocabularyTokenizer Characters(string text)
        => new(
            ["<pad>", "<bos>", "<eos>", .. text.EnumerateRunes().Distinct().Order().Select(rune => rune.ToString())],
            TokenSeparator.None,
            new SpecialTokens { Pad = 0, Bos = 1, Eos = 2 });

    /// <inheritdoc/>
    public override string? TokenText(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    internal static VocabularyTokenizer Read(FileBytes file, TokenizerLimits limits)
    {
        var content = StrictJson.Parse<Content>(file.Content.Span, file.Name);
        file.Require(content.Format == Format, $"its format is {content.Format}, this program reads {Format}");
        file.Require(content.Tokens.Count <= limits.MaxVocabulary, $"it has more than {limits.MaxVocabulary} tokens");
        file.Require(!content.Tokens.Contains(null!), "it has null among its tokens");
        file.RequireSearchable(content.Tokens, limits);
        try
        {
            return new VocabularyTokenizer(content.Tokens, content.Separator, content.Special);
        }
        catch (ArgumentException e)
        {
            throw file.Wrong(e.Message, e);
        }
    }

    internal override IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files()
        => [(FileName, StrictJson.ToBytes(new Content(Format, Separator, Special, _tokens)))];

    private protected override void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink)
    {
        for (var at = 0; at < text.Length && !sink.IsFull;)
        {
            var length = Length(text, at);
            if (Separator == TokenSeparator.Bytes)
                AddBytes(text.Slice(at, length), at, sink);
            else if (length > 0)
                sink.Add(Id(text.Slice(at, length), at), at, at + length);
            at += Math.Max(1, length);                          // a space between words has length 0
        }
    }

    private protected override ReadOnlySpan<byte> Utf8(int id, bool first)
        => first && Separator == TokenSeparator.Space ? _utf8[id].AsSpan(1) : _utf8[id];

    private int Length(ReadOnlySpan<char> text, int at) => Separator switch
    {
        TokenSeparator.Space => WordLength(text[at..]),
        TokenSeparator.None when _trie.LongestPrefix(text[at..], out _) is > 0 and var length => length,
        _ => Shadow.Length(text, at),
    };

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && !char.IsWhiteSpace(text[length]))
            length++;
        return length;
    }

    private static void AddBytes(ReadOnlySpan<char> character, int offset, TokenSink sink)
    {
        Rune.DecodeFromUtf16(character, out var rune, out _);      // a lone surrogate becomes U+FFFD
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
            sink.Add(bytes[i], offset, i == count - 1 ? offset + character.Length : offset);
    }

    private int Id(ReadOnlySpan<char> token, int at)
    {
        if (_ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var id))
            return id;
        return Special.Unknown ?? throw new ArgumentException(
            $"Cannot encode '{token}' at character {at}: it is none of the {_tokens.Length} tokens, and there is no unknown token."
            + (Nearest.To(token.ToString(), _ids.Keys) is { } nearest ? $" Did you mean '{nearest}'?" : ""), "text");
    }

    private byte[] Utf8Of(string token, int id) => Separator switch
    {
        TokenSeparator.Bytes => id < ByteCount ? [(byte)id] : [],
        TokenSeparator.Space => Encoding.UTF8.GetBytes(" " + token),
        _ => IsInTexts(id) ? Encoding.UTF8.GetBytes(token) : [],
    };

    private bool IsInTexts(int id) => Separator switch
    {
        TokenSeparator.Bytes => id < ByteCount,
        TokenSeparator.None => !_roles.Contains(id) || Shadow.Length(_tokens[id], 0) == _tokens[id].Length,
        _ => true,
    };


    private IEnumerable<string> Faults()
    {
        foreach (var id in _roles)
            if (id is not null && (uint)id.Value >= (uint)_tokens.Length)
                yield return $"special id {id} is none of the {_tokens.Length} ids";
        var bytes = Enumerable.Range(0, ByteCount).Select(BytePieces.Name);
        if (Separator == TokenSeparator.Bytes && !_tokens.Take(ByteCount).SequenceEqual(bytes))
            yield return "the first 256 tokens are not <0x00> to <0xFF>";
        var seen = new HashSet<string>();
        for (var id = 0; id < _tokens.Length; id++)
            if (string.IsNullOrEmpty(_tokens[id]))
                yield return $"token {id} is empty";
            else if (!seen.Add(_tokens[id]))
                yield return $"token {id}, '{_tokens[id]}', is there twice";
            else if (Separator == TokenSeparator.Space && _tokens[id].Any(char.IsWhiteSpace))
                yield return $"token {id}, '{_tokens[id]}', has white space in it";
    }

    private sealed record Content(int Format, TokenSeparator Separator, SpecialTokens Special, IReadOnlyList<string> Tokens);
}
