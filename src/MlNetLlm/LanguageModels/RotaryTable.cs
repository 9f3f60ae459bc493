using System.Numerics;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>The rotation's cos and sin, built on first use for the lengths, type and device in use, and kept.</summary>
internal sealed class RotaryTable(TransformerConfig config) : IDisposable
{
    private sealed record Entry(Tensor Cos, Tensor Sin, int Length, ScalarType Type, DeviceIdentity Device);

    private readonly Lock _building = new();
    private volatile Entry? _entry;

    /// <summary>cos and signed sin with at least <paramref name="length"/> rows, each (rows, r).</summary>
    internal (Tensor Cos, Tensor Sin) AtLeast(int length, ScalarType type, Device device)
    {
        var entry = _entry;
        if (entry is null || entry.Length < length || entry.Type != type || entry.Device != new DeviceIdentity(device))
            lock (_building)
                entry = _entry = Build(length, type, device);
        return (entry.Cos, entry.Sin);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entry?.Cos.Dispose();
        _entry?.Sin.Dispose();
        _entry = null;
    }

    // An outgrown table is left to the finaliser: another thread may be using it.
    private Entry Build(int length, ScalarType type, Device device)
    {
        using var plain = inference_mode(false);
        var rows = (int)Math.Min(config.ContextLength, Math.Max(64, BitOperations.RoundUpToPowerOf2((uint)length)));
        var (cos, sin) = RotaryMath.Table(rows, config.RotaryWidth, config.RotaryBase, config.Rotary);
        return new Entry(Resident(cos), Resident(sin), rows, type, new DeviceIdentity(device));

        Tensor Resident(double[] values)
        {
            using var scope = NewDisposeScope();
            return tensor(values, [rows, config.RotaryWidth]).to(type, device).DetachFromDisposeScope();
        }
    }
}
