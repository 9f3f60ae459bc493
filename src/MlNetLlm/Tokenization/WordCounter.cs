using System.Runtime.InteropServices;

namespace MlNetLlm.Tokenization;

/// <summary>Counts the words of texts, cut as GPT-2 cuts them; special tokens are left out and end a word.</summary>
internal sealed class WordCounter
{
    private const int BlockLength = 1 << 20;

    private readonly Dictionary<string, long> _counts = [];
    private readonly TextTrie? _special;
    private readonly int _longestSpecial;

    public WordCounter(IReadOnlyList<string> specialTokens)
    {
        _special = specialTokens.Count == 0 ? null : new TextTrie(specialTokens.Select((text, id) => (text, id)));
        _longestSpecial = specialTokens.Select(t => t.Length).DefaultIfEmpty(0).Max();
    }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts a whole text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        while (_special?.Find(text) is (var start, var length, _))
        {
            AddSegment(text[..start]);
            text = text[(start + length)..];
        }
        AddSegment(text);
    }

    /// <summary>Counts a text of any length, block by block.</summary>
    public void Add(TextReader reader, CancellationToken cancellationToken)
    {
        var block = new char[BlockLength];
        var count = 0;
        for (int read; (read = reader.ReadBlock(block, count, block.Length - count)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count += read;
            var cut = LastCut(block.AsSpan(0, count));
            Add(block.AsSpan(0, cut));
            block.AsSpan(cut, count - cut).CopyTo(block);
            count -= cut;
            if (count > block.Length / 2)                       // hardly a place to cut: look at more text at once
                Array.Resize(ref block, block.Length * 2);
        }
        Add(block.AsSpan(0, count));
    }

    /// <summary>The last place where the text can be cut without changing its words; 0 for none.</summary>
    /// <remarks>White space never follows anything else within a word. The end may hold the first half of a special token.</remarks>
    private int LastCut(ReadOnlySpan<char> text)
    {
        var cut = text.Length - 1 - _longestSpecial;
        while (cut > 0 && !(text[cut] is ' ' or '\n' && !char.IsWhiteSpace(text[cut - 1])))
            cut--;
        for (var start = Math.Max(0, cut - _longestSpecial); start < cut; start++)
            if (_special is not null && start + _special.LongestPrefix(text[start..], out _) > cut)
                return start;                                   // a special token stands across the cut: cut before it
        return Math.Max(0, cut);
    }

    private void AddSegment(ReadOnlySpan<char> text)
    {
        var counts = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var words = SplitPattern.Gpt2.Matches(text);
        while (words.MoveNext())
            CollectionsMarshal.GetValueRefOrAddDefault(counts, text[words.Start..words.End], out _)++;
    }}
