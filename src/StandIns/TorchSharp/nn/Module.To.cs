using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // Moving and converting: parameters and buffers are replaced by new objects, in the registry and in the fields.
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype, non_blocking);

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                Move(new Device(deviceType, deviceIndex), null, non_blocking);

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype, non_blocking);

            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            private Module Move(Device device, ScalarType? dtype, bool non_blocking)
            {
                if (device is not null) InitializeDevice(device);
                foreach (var (_, child) in _childrenByName) child.Move(device, dtype, non_blocking);
                foreach (var (key, parameter) in _parametersByName.ToList())
                {
                    if (Moved(parameter, device, dtype, non_blocking) is not { } data) continue;
                    var moved = new Parameter(data, parameter.requires_grad);
                    _parametersByName[key] = moved;
                    Replace(parameter, moved);
                }
                foreach (var (key, (buffer, persistent)) in _buffersByName.ToList())
                {
                    if (Moved(buffer, device, dtype, non_blocking) is not { } moved) continue;
                    _buffersByName[key] = (moved, persistent);
                    Replace(buffer, moved);
                }
                return this;
            }

            /// <summary>The tensor elsewhere or otherwise typed, in the same scope; null where nothing changes.</summary>
            private static Tensor Moved(Tensor tensor, Device device, ScalarType? dtype, bool non_blocking)
            {
                var type = dtype is { } wanted && (tensor.is_floating_point() || tensor.is_complex()) ? wanted : tensor.dtype;
                var place = device ?? tensor.device;
                bool sameDevice = place.type == tensor.device_type && (place.index < 0 || place.index == tensor.device_index);
                if (sameDevice && type == tensor.dtype) return null;
                using (no_grad()) return tensor.to(type, place, non_blocking: non_blocking).MoveToOtherDisposeScope(tensor);
            }

            private void Replace(Tensor old, Tensor moved)
            {
                foreach (var field in Fields)
                    if (ReferenceEquals(field.GetValue(this), old)) field.SetValue(this, moved);
            }
        }
    }
}

public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device, type, non_blocking);

    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device.type, device.index, non_blocking);

    public static T to<T>(
        this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(deviceType, deviceIndex, non_blocking);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(new torch.Device(device), non_blocking);

    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(type, non_blocking);

    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(other, non_blocking);

    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.CPU, non_blocking);

    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(DeviceType.CUDA, deviceIndex, non_blocking);

    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.float16, non_blocking);
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.bfloat16, non_blocking);
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.float32, non_blocking);
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.float64, non_blocking);
}
