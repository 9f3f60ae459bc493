using System.IO.Compression;
using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>Unicode's canonical normal forms NFC and NFD (Unicode Standard Annex 15), the same on every machine.</summary>
/// <remarks>
/// <see cref="string.Normalize()"/> does nothing at all in a program that runs without globalization data, and says so nowhere:
/// tokens would then depend on how a program was started. Hence these tables of our own.
/// </remarks>
internal static partial class UnicodeForms
{
    private const int HangulSyllables = 0xAC00, HangulLead = 0x1100, HangulVowel = 0x1161, HangulTail = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;
    private const char FirstAffected = '\u00C0';               // nothing below decomposes
    private const char FirstCombining = '\u0300';              // text below is in NFC

    private static readonly Lazy<Tables> Data = new(() => new Tables());

    /// <summary>NFD: every character taken apart, marks in their canonical order.</summary>
    public static string Decompose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstAffected - 1)))
            return text;
        var characters = Decomposed(text);
        return Text(characters, characters.Count);
    }

    /// <summary>NFC: taken apart, then put together again where one character stands for the whole.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstCombining - 1)))
            return text;
        var characters = Decomposed(text);
        return Text(characters, ComposeInPlace(characters));
    }

    private static List<int> Decomposed(string text)
    {
        var characters = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            AddDecomposed(rune.Value, characters);
        SortMarks(characters);
        return characters;
    }

    private static void AddDecomposed(int character, List<int> into)
    {
        if (character - HangulSyllables is >= 0 and < Syllables and var syllable)
        {
            into.Add(HangulLead + syllable / (Vowels * Tails));
            into.Add(HangulVowel + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails > 0)
                into.Add(HangulTail + syllable % Tails);
        }
        else if (Data.Value.Decompositions.TryGetValue(character, out var parts))
        {
            AddDecomposed(parts.First, into);
            if (parts.Second != 0)
                AddDecomposed(parts.Second, into);
        }
        else
            into.Add(character);
    }

    /// <summary>Orders each run of marks by combining class, marks of one class as they stood.</summary>
    private static void SortMarks(List<int> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            var end = start;
            while (end < characters.Count && Class(characters[end]) != 0)
                end++;
            if (end - start < 2)
                continue;
            var sorted = characters.GetRange(start, end - start).OrderBy(Class).ToArray();
            for (var i = start; i < end; i++)
                characters[i] = sorted[i - start];
            start = end;
        }
    }

    private static int ComposeInPlace(List<int> characters)
    {
        var (count, starter, lastClass) = (0, -1, 0);
        for (var i = 0; i < characters.Count; i++)
        {
            var character = characters[i];
            var own = Class(character);
            var blocked = starter < 0 || count - 1 > starter && (lastClass == 0 || lastClass >= own);
            if (!blocked && Composed(characters[starter], character) is > 0 and var composed)
            {
                characters[starter] = composed;
                continue;
            }
            if (own == 0)
                starter = count;
            lastClass = own;
            characters[count++] = character;
        }
        return count;
    }

    private static int Composed(int first, int second)
    {
        if (first - HangulLead is >= 0 and < Leads and var lead && second - HangulVowel is >= 0 and < Vowels and var vowel)
            return HangulSyllables + (lead * Vowels + vowel) * Tails;
        if (first - HangulSyllables is >= 0 and < Syllables and var syllable && syllable % Tails == 0
            && second - HangulTail is > 0 and < Tails and var tail)
            return first + tail;
        return Data.Value.Compositions.GetValueOrDefault((first, second));
    }

    private static int Class(int character) => character < FirstCombining ? 0 : Data.Value.Classes.GetValueOrDefault(character);

    private static string Text(List<int> characters, int count)
    {
        var text = new StringBuilder(count);
        Span<char> utf16 = stackalloc char[2];
        for (var i = 0; i < count; i++)
            text.Append(utf16[..new Rune(characters[i]).EncodeToUtf16(utf16)]);
        return text.ToString();
    }

    private sealed class Tables
    {
        public Tables()
        {
            var decompositions = new Packed(PackedDecompositions);
            for (var (character, first) = (0, 0); !decompositions.IsAtEnd;)
            {
                var step = decompositions.Next();
                var move = decompositions.Next();
                character += step >> 1;
                first += (move & 1) == 0 ? move >> 1 : -(move + 1 >> 1);
                var second = decompositions.Next();
                Decompositions.Add(character, (first, second));
                if ((step & 1) != 0)
                    Compositions.Add((first, second), character);
            }
            var classes = new Packed(PackedClasses);
            for (var character = 0; !classes.IsAtEnd;)
            {
                character += classes.Next();
                var last = character + classes.Next();
                var value = classes.Next();
                Classes.Add(character, value);
                while (character < last)
                    Classes.Add(++character, value);
            }
        }

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public Dictionary<int, int> Classes { get; } = [];
    }

    private sealed class Packed
    {
        private readonly byte[] _bytes;
        private int _at;

        public Packed(string text)
        {
            using var unpacked = new ZLibStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            var bytes = new MemoryStream();
            unpacked.CopyTo(bytes);
            _bytes = bytes.ToArray();
        }

        public bool IsAtEnd => _at == _bytes.Length;

        public int Next()
        {
            for (var (value, shift) = (0, 0); ; shift += 7)
            {
                value |= (_bytes[_at] & 127) << shift;
                if (_bytes[_at++] < 128)
                    return value;
            }
        }
    }
}
