using System.Buffers.Binary;
using System.Text;

namespace MlNetLlm.Checkpoints;

/// <summary>
/// Reads the values of a pickle as data. A pickle is a program that may name any function to call; here names stay names, and whoever reads
/// the values says which few of them mean something. All else is refused; nothing is ever run.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>The name of a function or class, such as torch.FloatStorage.</summary>
    public sealed record Name(string Module, string Member)
    {
        public override string ToString() => $"{Module}.{Member}";
    }

    private const int MaxItems = 1 << 16, MaxDepth = 1_000;

    private static readonly object Mark = new();

    private readonly byte[] _bytes;
    private readonly string _origin;
    private readonly Func<Name, object?[], object?> _call;
    private readonly Func<object?, object?> _stored;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memory = [];
    private int _at, _items;

    private PickleReader(byte[] bytes, string origin, Func<Name, object?[], object?> call, Func<object?, object?> stored) =>
        (_bytes, _origin, _call, _stored) = (bytes, origin, call, stored);

    /// <summary>Reads a pickle.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="origin">What to call it in an error.</param>
    /// <param name="call">Gives the value of a call of a name with arguments, or throws.</param>
    /// <param name="stored">Gives the value that a persistent id stands for, or throws.</param>
    /// <returns>
    /// Null, bool, long, double, string, Name, object?[] (a tuple), List of object? or Dictionary from string to object?, or what
    /// <paramref name="call"/> and <paramref name="stored"/> give.
    /// </returns>
    /// <exception cref="InvalidDataException">It is damaged, or does what is not allowed here.</exception>
    public static object? Read(byte[] bytes, string origin, Func<Name, object?[], object?> call, Func<object?, object?> stored)
    {
        var reader = new PickleReader(bytes, origin, call, stored);
        try
        {
            return reader.Run();
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or KeyNotFoundException)
        {
            throw reader.Fault("it ends early, or its values do not fit together", error);
        }
    }

    private object? Run()
    {
        while (true)
        {
            if (_stack.Count > MaxDepth || ++_items > MaxItems) throw Fault($"it has more than {MaxItems} steps or {MaxDepth} open values");
            var code = _bytes.AsSpan(_at, 1)[0];
            _at++;
            if (code == (byte)'.') return Pop();
            Step(code);
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: Take(1); break;                                                          // protocol
            case 0x95: Take(8); break;                                                          // frame
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: Push(Long(Take(Take(1)[0]))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X': Push(Text(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
            case 0x8c: Push(Text(Take(1)[0])); break;
            case (byte)'(': Push(Mark); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(Marked()); break;
            case 0x85 or 0x86 or 0x87: Push(Last(code - 0x84)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'a': Add([Pop()]); break;
            case (byte)'e': Add(Marked()); break;
            case (byte)'}': Push(new Dictionary<string, object?>()); break;
            case (byte)'s': Set(Last(2)); break;
            case (byte)'u': Set(Marked()); break;
            case (byte)'c': Push(new Name(Line(), Line())); break;
            case 0x93: Named(); break;
            case (byte)'R': Call(); break;
            case (byte)'Q': Push(_stored(Pop())); break;
            case (byte)'b': Pop(); break;                                                       // attributes: none matters here
            case (byte)'q': _memory[Take(1)[0]] = Top(); break;
            case (byte)'r': _memory[BinaryPrimitives.ReadInt32LittleEndian(Take(4))] = Top(); break;
            case 0x94: _memory[_memory.Count] = Top(); break;
            case (byte)'h': Push(_memory[Take(1)[0]]); break;
            case (byte)'j': Push(_memory[BinaryPrimitives.ReadInt32LittleEndian(Take(4))]); break;
            default: throw Fault($"step 0x{code:x2} at byte {_at - 1} is not one that saved tensors need");
        }
    }

    private void Call()
    {
        var arguments = As<object?[]>(Pop());
        Push(_call(As<Name>(Pop()), arguments));
    }

    private void Named()
    {
        var parts = Last(2);
        Push(new Name(As<string>(parts[0]), As<string>(parts[1])));
    }

    private void Add(object?[] items) => As<List<object?>>(Top()).AddRange(items);

    private void Set(object?[] items)
    {
        if (items.Length % 2 != 0) throw Fault("a dictionary has a key without a value");
        var target = As<Dictionary<string, object?>>(Top());
        for (var i = 0; i < items.Length; i += 2) target[As<string>(items[i])] = items[i + 1];
    }

    private T As<T>(object? value) => value is T it ? it : throw Fault("its values do not fit together");

    private object? Top() => _stack[^1];

    private void Push(object? value) => _stack.Add(value);

    private object? Pop() => Last(1)[0];

    private object?[] Last(int count)
    {
        var values = _stack[^count..].ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values.Contains(Mark) ? throw Fault("a value is missing") : values;
    }

    private object?[] Marked()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0) throw Fault("a group of values has no beginning");
        var values = _stack[(mark + 1)..].ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.AsSpan(_at, count);
        _at += count;
        return taken;
    }

    private string Text(int count) => Encoding.UTF8.GetString(Take(count));

    private string Line()
    {
        var length = _bytes.AsSpan(_at).IndexOf((byte)'\n');
        var text = Text(length);
        _at++;
        return text;
    }

    private long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long)) throw Fault($"a whole number has {bytes.Length} bytes");
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++) value |= (long)bytes[i] << (8 * i);
        return bytes.Length is > 0 and < sizeof(long) && bytes[^1] >= 0x80 ? value - (1L << (8 * bytes.Length)) : value;
    }

    private InvalidDataException Fault(string what, Exception? cause = null) => new($"'{_origin}' is no readable pickle: {what}.", cause);
}
