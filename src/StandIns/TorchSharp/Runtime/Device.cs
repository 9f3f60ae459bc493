namespace TorchSharp;

public static partial class torch
{
    public class Device
    {
        public Device(DeviceType deviceType, int index = -1) =>
            (type, this.index) = (deviceType, deviceType == DeviceType.CPU ? -1 : index);

        public Device(string deviceType, int index = -1) : this(Parse(deviceType), index) { }

        public Device(int index) : this(DeviceType.CUDA, index) { }

        public Device(string description)
        {
            var parts = description.Split(':');
            type = Parse(parts[0]);
            index = type == DeviceType.CPU ? -1 : parts.Length == 1 ? 0 : int.Parse(parts[1]);
        }

        public DeviceType type { get; }
        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() =>
            type.ToString().ToLowerInvariant() + (type == DeviceType.CPU || index < 0 ? "" : $":{index}");

        private static DeviceType Parse(string name) => name switch
        {
            "cpu" => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            "mps" => DeviceType.MPS,
            "meta" => DeviceType.META,
            _ => throw new ArgumentException($"Unknown device type '{name}'. Known: cpu, cuda, mps, meta."),
        };
    }

    private static Device _defaultDevice;

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);
    public static Device CUDA => new(DeviceType.CUDA);

    public static Device device(string description) => InitializeDevice(new Device(description));
    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));
    public static Device device(int index) => InitializeDevice(new Device(index));

    public static Device get_default_device() => _defaultDevice ?? CPU;
    public static void set_default_device(Device device) => _defaultDevice = InitializeDevice(device);
    public static void set_default_device(string device) => set_default_device(new Device(device));

    public static bool TryInitializeDeviceType(DeviceType deviceType) =>
        deviceType is DeviceType.CPU or DeviceType.META || Native.ts_device_count((int)deviceType) > 0;

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"{deviceType} is not available on this machine.");
    }

    public static Device InitializeDevice(Device? device)
    {
        device ??= get_default_device();
        if (device.type != DeviceType.CPU) InitializeDeviceType(device.type);
        return device;
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;
        public static int device_count() => Math.Max(0, Native.ts_device_count((int)DeviceType.CUDA));
        public static void manual_seed(long seed) => torch.manual_seed(seed);
        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        public static void synchronize(Device? device = null)
        {
            device = InitializeDevice(device ?? CUDA);
            Native.Check(Native.ts_synchronize((int)device.type, Math.Max(0, device.index)));
        }
    }

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => Native.ts_allow_tf32(-1) != 0;
                    set => Native.ts_allow_tf32(value ? 1 : 0);
                }
            }
        }
    }
}
