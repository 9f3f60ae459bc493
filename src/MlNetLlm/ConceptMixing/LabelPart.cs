using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MlNetLlm.Persistence;

namespace MlNetLlm.ConceptMixing;

/// <summary>Finished labels of some windows: each kind's, two bytes a label, and what was counted on the way.</summary>
/// <param name="kinds">How many kinds.</param>
/// <param name="labels">Labels a kind: windows · SequenceLength · LabelsPerToken.</param>
internal sealed class LabelPart(int kinds, int labels)
{
    /// <summary>How "no label" is written.</summary>
    public const ushort None = ushort.MaxValue;

    private const int Counted = 2 * sizeof(double);

    /// <summary>The labels kind by kind; <see cref="None"/> to begin with.</summary>
    public ushort[] Labels { get; } = Filled(kinds * labels);

    /// <summary>The teacher's loss summed over all targets, in nats.</summary>
    public double Loss { get; set; }

    /// <summary>How many targets there were.</summary>
    public long Targets { get; set; }

    /// <summary>How many labels of each kind are active concepts.</summary>
    public long[] Active { get; } = new long[kinds];

    /// <summary>A kind's labels.</summary>
    public Span<ushort> Of(int kind) => Labels.AsSpan(kind * labels, labels);

    /// <summary>The part as bytes, little endian, its checksum at the end.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, Loss);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(double)), Targets);
        var at = Counted;
        foreach (var count in Active)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), count);
            at += sizeof(long);
        }
        MemoryMarshal.AsBytes<ushort>(Labels).CopyTo(bytes.AsSpan(at));
        var end = bytes.Length - sizeof(uint);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), RecordLog.Checksum(bytes.AsSpan(0, end)));
        return bytes;
    }

    /// <summary>Takes what <see cref="ToBytes"/> gave.</summary>
    /// <returns>Whether the bytes are whole; if not, nothing is taken.</returns>
    public bool TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]) != RecordLog.Checksum(bytes[..^sizeof(uint)]))
            return false;
        Loss = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        Targets = BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(double)..]);
        for (var kind = 0; kind < kinds; kind++)
            Active[kind] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(Counted + kind * sizeof(long))..]);
        bytes[(Counted + kinds * sizeof(long))..^sizeof(uint)].CopyTo(MemoryMarshal.AsBytes(Labels.AsSpan()));
        return true;
    }

    private int Size => Counted + kinds * sizeof(long) + Labels.Length * sizeof(ushort) + sizeof(uint);

    private static ushort[] Filled(int count)
    {
        var labels = new ushort[count];
        Array.Fill(labels, None);
        return labels;
    }
}
