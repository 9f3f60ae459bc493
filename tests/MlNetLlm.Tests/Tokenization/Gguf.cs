using System.Text;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>The metadata of a GGUF file: just enough to take a vocabulary out of llama.cpp's test files.</summary>
internal static class Gguf
{
    public static Dictionary<string, object> ReadMetadata(byte[] content)
    {
        var reader = new BinaryReader(new MemoryStream(content));
        if (!reader.ReadBytes(4).SequenceEqual("GGUF"u8.ToArray()))
            throw new InvalidDataException("This is no GGUF file.");
        reader.ReadUInt32();                                    // version
        reader.ReadUInt64();                                    // tensors
        var metadata = new Dictionary<string, object>();
        for (var left = reader.ReadUInt64(); left > 0; left--)
            metadata[Text(reader)] = Value(reader, reader.ReadUInt32());
        return metadata;
    }

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() != 0,
        8 => Text(reader),
        9 => List(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"Unknown GGUF type {type}."),
    };

    private static object[] List(BinaryReader reader)
    {
        var type = reader.ReadUInt32();
        var items = new object[reader.ReadUInt64()];
        for (var i = 0; i < items.Length; i++)
            items[i] = Value(reader, type);
        return items;
    }

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));
}
