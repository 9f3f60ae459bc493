using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>Learns a byte-level byte-pair vocabulary: again and again, the most frequent pair of neighbours becomes a token.</summary>
/// <remarks>
/// Sennrich, Haddow, Birch 2016, section 3.2, over bytes and within GPT-2's words (Radford et al. 2019, section 2.2). Of equally frequent
/// pairs the one with the greatest bytes is merged, so that the result depends on the texts alone, not on their order.
/// ML.NET has no trainer for tokenizers. The result saves as <c>tokenizer.json</c> with <see cref="TokenizerFile.Save"/>.
/// </remarks>
public static class BpeTrainer
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>Learns from a sequence of texts; nothing merges across texts.</summary>
    /// <param name="texts">The texts, read once and not kept.</param>
    /// <param name="options">What to make; null: the defaults.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentException">Options do not fit.</exception>
    public static ByteLevelBpeTokenizer Train(
        IEnumerable<string> texts, BpeTrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options = (options ?? new BpeTrainerOptions()).Validated();
        var words = new WordCounter(options.SpecialTokens);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            words.Add(text);
        }
        return Learn(words, options, cancellationToken);
    }

    /// <summary>Learns from one text of any length, read block by block.</summary>
    /// <param name="text">The text; special tokens in it separate documents.</param>
    /// <param name="options">What to make; null: the defaults.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentException">Options do not fit.</exception>
    public static ByteLevelBpeTokenizer Train(
        TextReader text, BpeTrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options = (options ?? new BpeTrainerOptions()).Validated();
        var words = new WordCounter(options.SpecialTokens);
        words.Add(text, cancellationToken);
        return Learn(words, options, cancellationToken);
    }

    private static ByteLevelBpeTokenizer Learn(WordCounter words, BpeTrainerOptions options, CancellationToken cancellationToken)
    {
        var vocabulary = new Vocabulary(options.SpecialTokens);
        var counts = new PairCounts(words.Counts.Select(word => (vocabulary.Symbols(word.Key), word.Value)), vocabulary.Bytes);
        var merges = new List<(int Left, int Right, int Merged)>();
        while (!IsEnough(merges.Count, vocabulary.Count, options) && counts.TryFindBest(out var left, out var right, out var count)
            && count >= options.MinimumCount)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var merged = vocabulary.Join(left, right);
            merges.Add((left, right, merged));
            counts.Merge(left, right, merged);
        }
        return vocabulary.ToTokenizer(merges, options.SpecialTokens);
    }

    private static bool IsEnough(int merges, int vocabulary, BpeTrainerOptions options)
        => options.Merges is { } wanted ? merges >= wanted : vocabulary >= options.VocabularySize;

    /// <summary>Special tokens, the bytes in GPT-2's order, then what is learned. A text that two merges lead to is one token.</summary>
    private sealed class Vocabulary
    {
        private readonly Dictionary<string, int> _ids = [];
        private readonly int _firstByte;
        private readonly int[] _byteIds = new int[256];

        public Vocabulary(IReadOnlyList<string> specialTokens)
        {
            foreach (var token in specialTokens)
                Add(token, Encoding.UTF8.GetBytes(token));
            _firstByte = specialTokens.Count;
            foreach (var value in ByteAlphabet.InOrder)
                _byteIds[value] = Add(ByteAlphabet.Character(value).ToString(), [value]);
        }

        /// <summary>By id, what a token stands for.</summary>
        public List<byte[]> Bytes { get; } = [];

        public int Count => Bytes.Count;

        public int[] Symbols(string word) => Array.ConvertAll(Encoding.UTF8.GetBytes(word), value => _byteIds[value]);

        public int Join(int left, int right)
        {
            byte[] bytes = [.. Bytes[left], .. Bytes[right]];
            var text = ByteAlphabet.Spell(bytes);
            return _ids.TryGetValue(text, out var known) && known >= _firstByte ? known : Add(text, bytes);
        }

        public ByteLevelBpeTokenizer ToTokenizer(List<(int Left, int Right, int Merged)> merges, IReadOnlyList<string> specialTokens)
        {
            int? end = specialTokens.Contains(EndOfText) ? _ids[EndOfText] : null;
            return new ByteLevelBpeTokenizer(new BpeDefinition
            {
                Vocabulary = _ids,
                Merges = merges,
                Added = [.. specialTokens.Select((text, id) => new AddedToken(id, text))],
                Special = new SpecialTokens { Bos = end, Eos = end },
            });
        }

        private int Add(string text, byte[] bytes)
        {
            _ids.Add(text, Bytes.Count);
            Bytes.Add(bytes);
            return Bytes.Count - 1;
        }
    }
}
