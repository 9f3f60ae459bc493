using System.Runtime.InteropServices;
using MlNetLlm.Karel;

namespace MlNetLlm.Traces;

/// <summary>Where the parts of a row lie in its bytes: the vector, six numbers, then one byte a label (0 = missing, class + 1).</summary>
internal sealed class TraceLayout
{
    private const int Numbers = 6;
    private readonly int _labels;

    public TraceLayout(int width, int semantics, int offsets)
    {
        (Width, Offsets) = (width, offsets);
        NumbersAt = (width * sizeof(float) + 7) / 8 * 8;
        LabelsAt = NumbersAt + Numbers * sizeof(ulong);
        _labels = semantics * offsets * KarelLabels.All.Count;
        Stride = LabelsAt + (_labels + 7) / 8 * 8;
    }

    /// <summary>Components of a vector.</summary>
    public int Width { get; }

    /// <summary>Offsets a meaning.</summary>
    public int Offsets { get; }

    /// <summary>Bytes of a row.</summary>
    public int Stride { get; }

    private int NumbersAt { get; }

    private int LabelsAt { get; }

    public Span<float> State(Span<byte> row) => MemoryMarshal.Cast<byte, float>(row[..(Width * sizeof(float))]);

    /// <summary>Program, step, length, prefix, walls, and the robot's cell with its direction (4 · cell + direction).</summary>
    public Span<ulong> NumbersOf(Span<byte> row) => MemoryMarshal.Cast<byte, ulong>(row.Slice(NumbersAt, Numbers * sizeof(ulong)));

    public Span<byte> Labels(Span<byte> row) => row.Slice(LabelsAt, _labels);

    /// <summary>The place of a label among <see cref="Labels"/>.</summary>
    public int Place(int semantics, int offset, KarelLabel label) =>
        (semantics * Offsets + offset) * KarelLabels.All.Count + (int)label;
}
