using System.Buffers;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>
/// Byte-level byte-pair encoding, as of GPT-2, GPT-NeoX, Llama 3, Qwen 2: a text is cut into words, each word into bytes, and bytes merge.
/// </summary>
/// <remarks>
/// Radford et al. 2019, section 2.2. Comes from a GPT-2 folder (<c>vocab.json</c>, <c>merges.txt</c>), a Hugging Face <c>tokenizer.json</c>
/// or a <see cref="BpeTrainer"/>; saves as <c>tokenizer.json</c> and <c>tokenizer_config.json</c>. Added tokens such as
/// <c>&lt;|endoftext|&gt;</c> are recognised in texts.
/// </remarks>
public sealed class ByteLevelBpeTokenizer : TextTokenizer
{
    private const int NoSymbol = -1;

    private readonly string?[] _texts;
    private readonly byte[]?[] _utf8;
    private readonly int[] _bytes = new int[256];              // byte -> its token
    private readonly Dictionary<string, int>? _wholeWords;
    private readonly MergeTable _merges = new();
    private readonly AddedTokens _added;
    private readonly AddedTokens _addedBeforeRewriting;
    private readonly WordCache _cache = new();

    internal ByteLevelBpeTokenizer(BpeDefinition definition)
    {
        Definition = definition;
        _texts = new string?[1 + definition.Vocabulary.Values.Concat(definition.Added.Select(t => t.Id)).Max()];
        foreach (var (text, id) in definition.Vocabulary)
            _texts[id] = text;
        _utf8 = [.. _texts.Select(text => text is null ? null : ByteAlphabet.Read(text))];
        foreach (var token in definition.Added)
            (_texts[token.Id], _utf8[token.Id]) = (token.Content, Encoding.UTF8.GetBytes(token.Content));
        for (var b = 0; b < 256; b++)
            _bytes[b] = definition.Vocabulary.GetValueOrDefault(ByteAlphabet.Character((byte)b).ToString(), definition.Unknown ?? NoSymbol);
        _wholeWords = definition.IgnoreMerges ? new Dictionary<string, int>(definition.Vocabulary) : null;
        _merges.EnsureCapacity(definition.Merges.Count);
        for (var rank = 0; rank < definition.Merges.Count; rank++)
            _merges.TryAdd(definition.Merges[rank].Left, definition.Merges[rank].Right, rank, definition.Merges[rank].Merged);
        _added = new AddedTokens(definition.Added);
        _addedBeforeRewriting = new AddedTokens([.. definition.Added.Where(t => !t.Normalized)]);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _texts.Length;

    /// <inheritdoc/>
    public override SpecialTokens Special => Definition.Special;

    /// <summary>The pairs of tokens that merge, as the vocabulary spells them, the pair that merges first in front.</summary>
    public IEnumerable<(string Left, string Right)> Merges
    {
        get
        {
            var texts = Definition.Vocabulary.ToDictionary(entry => entry.Value, entry => entry.Key);
            return Definition.Merges.Select(merge => (texts[merge.Left], texts[merge.Right]));
        }
    }

    internal BpeDefinition Definition { get; }

    /// <inheritdoc/>
    public override string? TokenText(int id) => (uint)id < (uint)_texts.Length ? _texts[id] : null;

    internal override IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> Files()
        => [(TokenizerJson.FileName, TokenizerJsonWriter.Write(Definition)), (TokenizerRoles.FileName, TokenizerRoles.Write(this))];

    private protected override string? Rewrite(ReadOnlySpan<char> text)
    {
        if (Definition.Normalizers.Count == 0 && !Definition.AddPrefixSpace)
            return null;
        var rewritten = Between(_addedBeforeRewriting, text, Definition.Normalizers.Apply);
        return Definition.AddPrefixSpace ? Between(_added, rewritten, part => part is "" or [' ', ..] ? part : " " + part) : rewritten;
    }

    /// <summary>Changes the parts of a text between added tokens.</summary>
    private static string Between(AddedTokens added, ReadOnlySpan<char> text, Func<string, string> change)
    {
        var changed = new StringBuilder(text.Length);
        var at = 0;
        for (; added.Find(text, at) is (var start, var end, _); at = end)
            changed.Append(change(text[at..start].ToString())).Append(text[start..end]);
        return changed.Append(change(text[at..].ToString())).ToString();
    }

    private protected override void Encode(ReadOnlySpan<char> text, bool preTokenize, TokenSink sink)
    {
        var at = 0;
        for (; !sink.IsFull && _added.Find(text, at) is (var start, var end, var id); at = end)
        {
            EncodeSegment(text[at..start], at, preTokenize, sink);
            sink.Add(id, start, end);
        }
        EncodeSegment(text[at..], at, preTokenize, sink);
    }

    private protected override ReadOnlySpan<byte> Utf8(int id, bool first) => _utf8[id];

    private void EncodeSegment(ReadOnlySpan<char> text, int offset, bool preTokenize, TokenSink sink)
    {
        if (text.IsEmpty)
            return;
        foreach (var (start, length) in preTokenize ? Definition.Splitter.Split(text) : [(0, text.Length)])
        {
            if (sink.IsFull)
                return;
            var word = text.Slice(start, length);
            if (sink.KeepsRanges)
                EncodeWord(word, offset + start, sink);
            else
                sink.AddIds(_cache.GetOrEncode(word, EncodeWord));
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, int offset, TokenSink sink)
    {
        var most = Encoding.UTF8.GetMaxByteCount(word.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(most);
        var rented = ArrayPool<int>.Shared.Rent(most * 2);
        var count = Encoding.UTF8.GetBytes(word, bytes);       // a lone surrogate becomes U+FFFD
        var symbols = rented.AsSpan(0, count);
        var ends = rented.AsSpan(most, count);
        if (_wholeWords is not null && _wholeWords.TryGetValue(ByteAlphabet.Spell(bytes.AsSpan(0, count)), out var whole))
            sink.Add(whole, offset, offset + word.Length);
        else
        {
            for (var i = 0; i < count; i++)
                (symbols[i], ends[i]) = (_bytes[bytes[i]], i + 1);
            count = PairMerger.Merge(symbols, ends, _merges);
            Emit(symbols[..count], ends[..count], bytes, offset, sink);
        }
        ArrayPool<int>.Shared.Return(rented);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static void Emit(ReadOnlySpan<int> symbols, ReadOnlySpan<int> ends, ReadOnlySpan<byte> bytes, int offset, TokenSink sink)
    {
        var (start, at, characters) = (offset, 0, offset);
        for (var i = 0; i < symbols.Length; i++)
        {
            for (; at < ends[i]; at++)
                characters += CharactersEndedBy(bytes, at);
            sink.Add(symbols[i], start, characters);
            start = characters;
        }
    }

    /// <summary>UTF-16 units that are complete with the byte at a place of valid UTF-8, and not before.</summary>
    private static int CharactersEndedBy(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes[at] < 0x80)
            return 1;
        if ((bytes[at] & 0xC0) != 0x80)
            return 0;
        var lead = at - 1;
        while ((bytes[lead] & 0xC0) == 0x80)
            lead--;
        var length = bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : 2;
        return at - lead + 1 < length ? 0 : length == 4 ? 2 : 1;
    }
}
