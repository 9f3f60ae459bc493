using System.ComponentModel;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MlNetLlm.Mapping;

/// <summary>
/// The constant key under which a saved transformer finds its payload. Public because ML.NET creates it when it loads a model.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PayloadKey
{
    /// <summary>The one key of the payload's lookup.</summary>
    [ColumnName(PayloadColumns.Key)]
    public string Key { get; set; } = "";
}

/// <summary>Gives every row with a text the constant key.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class PayloadKeyFactory : CustomMappingFactory<SavedText, PayloadKey>
{
    internal const string Contract = "MlNetLlm.Key";

    /// <inheritdoc/>
    public override Action<SavedText, PayloadKey> GetMapping() => (_, key) => key.Key = PayloadColumns.KeyValue;
}

/// <summary>Gives every row the constant key, whatever columns it has.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ConstantKeyFactory : CustomMappingFactory<SavedNothing, PayloadKey>
{
    internal const string Contract = "MlNetLlm.ConstantKey";

    /// <inheritdoc/>
    public override Action<SavedNothing, PayloadKey> GetMapping() => (_, key) => key.Key = PayloadColumns.KeyValue;
}

/// <summary>
/// Packs bytes into the float vector of an ML.NET value mapping and back. ML.NET offers components from outside no place for state in a
/// model file; a lookup from a text key to a float vector is state of a component it saves by itself.
/// </summary>
internal static class PayloadColumns
{
    public const string Key = "MlNetLlm.PayloadKey";
    public const string Payload = "MlNetLlm.Payload";
    public const string KeyValue = "payload";

    // Two bytes a float: every value is a small whole number, which no conversion on the way can change.
    public static float[] Pack(ReadOnlySpan<byte> bytes)
    {
        var packed = new float[2 + (bytes.Length + 1) / 2];
        packed[0] = bytes.Length & 0xFFFF;
        packed[1] = bytes.Length >> 16;
        for (var i = 0; i < bytes.Length; i += 2) packed[2 + i / 2] = bytes[i] | (i + 1 < bytes.Length ? bytes[i + 1] << 8 : 0);
        return packed;
    }

    public static byte[] Unpack(ReadOnlySpan<float> packed)
    {
        if (packed.Length < 2) throw new InvalidDataException(
            "The model file holds no payload; it is damaged or was written by something else.");
        var length = (long)packed[0] | (long)packed[1] << 16;
        if (length < 0 || (length + 1) / 2 != packed.Length - 2)
            throw new InvalidDataException($"The model file's payload says {length} bytes and holds {packed.Length - 2} pairs.");
        var bytes = new byte[length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)((int)packed[2 + i / 2] >> (i % 2 * 8));
        return bytes;
    }
}
