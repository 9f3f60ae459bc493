using System.Buffers;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>
/// Byte-pair encoding over characters, as Llama 2, Mistral, Phi 3 and Gemma have it in a <c>tokenizer.json</c>: SentencePiece's pieces with
/// merges written down.
/// </summary>
/// <remarks>
/// Spaces show as U+2581; characters without a token are spelled with the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.
/// Added tokens are recognised in texts; those with a role decode to nothing. Saves as the file it came from.
/// </remarks>
public sealed class CharacterBpeTokenizer : TextTokenizer
{
    private const int NoSymbol = -1;
    private const char Space = SentencePieceRewriter.Space;

    private readonly CharacterBpeDefinition _definition;
    private readonly string?[] _texts;
    private readonly byte[]?[] _utf8;
    private readonly HashSet<int> _silent;
    private readonly Dictionary<int, int> _characters = [];    // code point -> id
    private readonly MergeTable _merges = new();
    private readonly AddedTokens _added;
    private readonly ByteSpelling _spelling;
    private readonly bool _wordsAreSeparate;
    private readonly WordCache _cache = new();

    internal CharacterBpeTokenizer(CharacterBpeDefinition definition)
    {
        _definition = definition;
        _texts = new string?[1 + definition.Vocabulary.Values.Concat(definition.Added.Select(t => t.Id)).Max()];
        foreach (var (text, id) in definition.Vocabulary)
        {
            _texts[id] = text;
            if (text.Length > 0 && Shadow.Length(text, 0) == text.Length)
                _characters[char.ConvertToUtf32(text, 0)] = id;
        }
        foreach (var token in definition.Added)
            _texts[token.Id] = token.Content;
        _utf8 = [.. _texts.Select(text => text is null ? null : Utf8Of(text))];
        foreach (var token in definition.Added)
            _utf8[token.Id] = token.Special ? [] : Encoding.UTF8.GetBytes(token.Content);
        _silent = [.. definition.Added.Where(t => t.Special).Select(t => t.Id)];
        for (var rank = 0; rank < definition.Merges.Count; rank++)
            _merges.TryAdd(definition.Merges[rank].Left, definition.Merges[rank].Right, rank, definition.Merges[rank].Merged);
        _added = new AddedTokens(definition.Added);
        _spelling = new ByteSpelling(definition.Bytes);
        _wordsAreSeparate = Words.AreSeparate(definition.Vocabulary.Keys, Space);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _texts.Length;

    /// <inheritdoc/>
    public override SpecialTokens Special => _definition.Special;

    /// <inheritdoc/>
    public override string? TokenText(int id) => (uint)id < (uint)_texts.Length ? _texts[id] : null;

    internal override IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files()
        => [(TokenizerJson.FileName, _definition.File), (TokenizerRoles.FileName, TokenizerRoles.Write(this))];

    private protected override string Rewrite(ReadOnlySpan<char> text)
    {
        var rewritten = new StringBuilder(text.Length + 1);
        var at = 0;
        for (; _added.Find(text, at) is (var start, var end, _); at = end)
        {
            AddSegment(rewritten, text[at..start], at);
            rewritten.Append(text[start..end]);
        }
        AddSegment(rewritten, text[at..], at);
        return rewritten.ToString();
    }

    private protected override void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink)
    {
        var at = 0;
        for (; !sink.IsFull && _added.Find(text, at) is (var start, var end, var id); at = end)
        {
            EncodeSegment(text[at..start], at, sink);
            sink.Add(id, start, end);
        }
        EncodeSegment(text[at..], at, sink);
    }

    private protected override ReadOnlySpan<byte> Utf8(int id, bool first)
        => first && _definition.Prefix != SpacePrefix.None && _utf8[id] is [(byte)' ', .. var rest] ? rest : _utf8[id];

    private protected override bool IsSilent(int id) => _silent.Contains(id);

    private void AddSegment(StringBuilder rewritten, ReadOnlySpan<char> segment, int offset)
    {
        if (segment.IsEmpty)
            return;
        var hasSpace = segment[0] is ' ' or Space;
        if (_definition.Prefix == SpacePrefix.Always || !hasSpace && _definition.Prefix == SpacePrefix.WhereNone
            || !hasSpace && _definition.Prefix == SpacePrefix.First && offset == 0)
            rewritten.Append(Space);
        var start = rewritten.Length;
        rewritten.Append(segment).Replace(' ', Space, start, segment.Length);
    }

    private void EncodeSegment(ReadOnlySpan<char> text, int offset, TokenSink sink)
    {
        while (!text.IsEmpty && !sink.IsFull)
        {
            var word = text[..WordLength(text)];
            if (sink.KeepsRanges)
                EncodeWord(word, offset, sink);
            else
                sink.AddIds(_cache.GetOrEncode(word, EncodeWord));
            offset += word.Length;
            text = text[word.Length..];
        }
    }

    private int WordLength(ReadOnlySpan<char> text)
        => _definition.SplitsWords ? 1 + (text[1..].IndexOf(Space) is >= 0 and var next ? next : text.Length - 1)
            : _wordsAreSeparate ? Words.Length(text, Space)
            : text.Length;

    private void EncodeWord(ReadOnlySpan<char> word, int offset, TokenSink sink)
    {
        var rented = ArrayPool<int>.Shared.Rent(word.Length * 2);
        var symbols = rented.AsSpan(0, word.Length);
        var ends = rented.AsSpan(word.Length, word.Length);
        var count = 0;
        for (var at = 0; at < word.Length; count++)
        {
            Rune.DecodeFromUtf16(word[at..], out var rune, out var length);
            at += length;
            (symbols[count], ends[count]) = (_characters.GetValueOrDefault(rune.Value, NoSymbol), at);
        }
        count = PairMerger.Merge(symbols[..count], ends[..count], _merges);
        for (var (i, start) = (0, 0); i < count; start = ends[i++])
            if (symbols[i] == NoSymbol)
                _spelling.Spell(word[start..ends[i]], offset + start, sink);
            else
                sink.Add(symbols[i], offset + start, offset + ends[i]);
        ArrayPool<int>.Shared.Return(rented);
    }

    private static byte[] Utf8Of(string text)
        => BytePieces.TryParse(text, out var value) ? [value] : Encoding.UTF8.GetBytes(text.Replace(Space, ' '));
}
