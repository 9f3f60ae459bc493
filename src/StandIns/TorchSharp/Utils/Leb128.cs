namespace TorchSharp.Utils;

/// <summary>Numbers in as few bytes as they need, seven bits a byte.</summary>
internal static class Leb128
{
    internal static void Encode(this BinaryWriter writer, long value)
    {
        for (; value > 0x7f; value >>= 7) writer.Write((byte)(value | 0x80));
        writer.Write((byte)value);
    }

    internal static long Decode(this BinaryReader reader)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            var next = reader.ReadByte();
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("A number is too long.");
    }
}
