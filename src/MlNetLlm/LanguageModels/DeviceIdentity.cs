using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>A device as a value that can be compared; one without a number is the first of its type.</summary>
internal readonly record struct DeviceIdentity(DeviceType Type, int Index)
{
    internal DeviceIdentity(Device device)
        : this(device.type, Math.Max(0, device.index))
    {
    }
}
