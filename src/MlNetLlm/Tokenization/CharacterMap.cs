using System.Buffers.Binary;

namespace MlNetLlm.Tokenization;

/// <summary>SentencePiece's table of characters to rewrite, such as full-width letters: a double-array trie over UTF-8.</summary>
/// <remarks>
/// Packed as: int32 size of the trie, its 32-bit units, the replacements with a zero byte behind each. A unit holds its label (bits 0-7,
/// and bit 31 set in a value), whether a value hangs below it (bit 8), and where its children are (bits 10-30, times 256 if bit 9 is set),
/// relative to its own place; a value holds an offset into the replacements. Every step is checked against the size, so that a damaged
/// table can give wrong texts but nothing worse.
/// </remarks>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private CharacterMap(uint[] units, byte[] replacements) => (_units, _replacements) = (units, replacements);

    /// <summary>Unpacks the table; null for none.</summary>
    public static CharacterMap? Read(FileBytes file, ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty)
            return null;
        file.Require(packed.Length >= 4, "its character map has no size");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        file.Require(
            size > 0 && size % 4 == 0 && size <= packed.Length - 4, $"the trie of its character map has {size} of {packed.Length} bytes");
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(packed[(4 + 4 * i)..]);
        var replacements = packed[(4 + (int)size)..].ToArray();
        file.Require(replacements.Length > 0 && replacements[^1] == 0, "the last text of its character map has no end");
        return new CharacterMap(units, replacements);
    }

    /// <summary>The longest start of a text that is rewritten: its length in bytes, 0 for none, and what replaces it.</summary>
    public int Longest(ReadOnlySpan<byte> utf8, out ReadOnlySpan<byte> replacement)
    {
        var (longest, value) = (0, 0u);
        var at = Children(_units[0]);
        for (var i = 0; i < utf8.Length; i++)
        {
            at ^= utf8[i];
            if (at >= (uint)_units.Length || (_units[at] & 0x800000FF) != utf8[i])
                break;
            var unit = _units[at];
            at ^= Children(unit);
            if ((unit & 0x100) != 0 && at < (uint)_units.Length)
                (longest, value) = (i + 1, _units[at] & 0x7FFFFFFF);
        }
        replacement = longest > 0 ? Text(value) : default;
        return longest;
    }

    private static uint Children(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private ReadOnlySpan<byte> Text(uint offset)
    {
        if (offset >= (uint)_replacements.Length)
            return default;
        var text = _replacements.AsSpan((int)offset);
        return text[..text.IndexOf((byte)0)];
    }
}
