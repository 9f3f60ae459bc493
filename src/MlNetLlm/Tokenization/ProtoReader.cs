using System.Buffers.Binary;

namespace MlNetLlm.Tokenization;

/// <summary>Reads the fields of a protocol-buffer message, one after the other; every length is checked before it is used.</summary>
internal ref struct ProtoReader(FileBytes file, ReadOnlySpan<byte> message)
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private readonly FileBytes _file = file;
    private ReadOnlySpan<byte> _rest = message;
    private ReadOnlySpan<byte> _bytes;
    private ulong _number;
    private int _wire;

    /// <summary>The number of the field that <see cref="MoveNext"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = ReadVarint();
        (Field, _wire) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        _number = _wire == Varint ? ReadVarint() : 0;
        _bytes = _wire switch
        {
            Varint => default,
            Fixed64 => Take(8),
            Fixed32 => Take(4),
            Bytes => Take(ReadVarint()),
            _ => throw _file.Wrong($"field {Field} has the unknown wire type {_wire}"),
        };
        return true;
    }

    public readonly int Int()
    {
        _file.Require(_wire == Varint && (long)_number is >= int.MinValue and <= int.MaxValue, $"field {Field} is no 32-bit number");
        return (int)_number;
    }

    public readonly bool Flag() => Int() != 0;

    public readonly float Float()
    {
        if (_wire != Fixed32)
            throw _file.Wrong($"field {Field} is no 32-bit float");
        return BinaryPrimitives.ReadSingleLittleEndian(_bytes);
    }

    public readonly ReadOnlySpan<byte> Message()
    {
        if (_wire != Bytes)
            throw _file.Wrong($"field {Field} is no message or text");
        return _bytes;
    }

    public readonly string Text() => _file.Utf8(Message(), $"field {Field}");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
            throw _file.Wrong($"field {Field} is said to have {length} bytes, {_rest.Length} are left");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0ul;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 127) << (7 * i);
            if (_rest[i] < 128)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }
        throw _file.Wrong("a number has no end");
    }
}
