using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>GPT-2's way to spell bytes as printable characters, in which byte-level vocabularies are written.</summary>
/// <remarks>Bytes 33-126, 161-172 and 174-255 spell as the character of that number, the 68 others as 256, 257, … in order.</remarks>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = MakeCharacters();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    public static char Character(byte value) => Characters[value];

    /// <summary>The bytes in the order in which GPT-2 numbers them: first those that spell as themselves.</summary>
    public static IEnumerable<byte> InOrder => Enumerable.Range(0, 256).Select(b => (byte)b).OrderBy(b => Characters[b]);

    /// <summary>The spelling of some bytes.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
            text.Append(Characters[value]);
        return text.ToString();
    }

    /// <summary>The bytes a token is spelled from; a token with a character outside the alphabet stands for its own UTF-8.</summary>
    public static byte[] Read(string spelled)
    {
        var bytes = new byte[spelled.Length];
        for (var i = 0; i < bytes.Length; i++)
            if (!Bytes.TryGetValue(spelled[i], out bytes[i]))
                return Encoding.UTF8.GetBytes(spelled);
        return bytes;
    }

    /// <summary>Whether a byte can stand in UTF-8 text.</summary>
    public static bool IsInUtf8(int value) => value is not (0xC0 or 0xC1 or >= 0xF5);

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= '!' and <= '~' or >= '¡' and <= '¬' or >= '®' ? (char)b : (char)next++;
        return characters;
    }
}
