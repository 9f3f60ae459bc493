using System.Buffers.Binary;
using System.Text;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Builds safetensors files byte by byte, right or wrong, without the library.</summary>
internal static class SafetensorsFiles
{
    /// <summary>Header length, header, data bytes 0, 1, 2, …</summary>
    public static byte[] File(string json, int dataBytes) => File(Encoding.UTF8.GetBytes(json), dataBytes);

    public static byte[] File(byte[] json, int dataBytes) => WithLength(json, json.Length, dataBytes);

    public static byte[] WithLength(byte[] json, long length, int dataBytes)
    {
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        json.CopyTo(file, 8);
        for (var i = 0; i < dataBytes; i++)
            file[8 + json.Length + i] = (byte)i;
        return file;
    }

    /// <summary>One tensor named w with the given members.</summary>
    public static byte[] One(string dtype, string shape, string offsets, int dataBytes) =>
        File("{\"w\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}", dataBytes);

    public static string Entry(string name, string shape, long begin, long end, string dtype = "U8") =>
        $"\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}";

    /// <summary>A header of the given members and its data.</summary>
    public static byte[] Of(int dataBytes, params string[] members) => File($"{{{string.Join(",", members)}}}", dataBytes);
}
