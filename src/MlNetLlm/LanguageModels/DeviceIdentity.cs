using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>A device as a value that can be compared.</summary>
internal readonly record struct DeviceIdentity(DeviceType Type, int Index)
{
    internal DeviceIdentity(Device device)
        : this(device.type, device.index)
    {
    }
}
