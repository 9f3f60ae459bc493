namespace TorchSharp;

public static unsafe partial class torch
{
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = InitializeDevice(device);
            nint handle;
            Native.Check(Native.ts_generator((int)this.device.type, this.device.index, &handle));
            _handle = handle;
            Native.Check(Native.ts_generator_set_seed(handle, (long)seed));
        }

        private Generator(Device device, nint handle) => (this.device, _handle) = (device, handle);

        ~Generator() => Dispose(false);

        public static Generator Default
        {
            get
            {
                nint handle;
                Native.Check(Native.ts_default_generator((int)DeviceType.CPU, -1, &handle));
                return new Generator(CPU, handle);
            }
        }

        public Device device { get; }

        public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.ts_generator_set_seed(Handle, seed));
            GC.KeepAlive(this);
            return this;
        }

        public long seed()
        {
            long value;
            Native.Check(Native.ts_generator_reseed(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        public long initial_seed()
        {
            long value;
            Native.Check(Native.ts_generator_seed(Handle, &value));
            GC.KeepAlive(this);
            return value;
        }

        public Tensor get_state()
        {
            nint state;
            Native.Check(Native.ts_generator_state(Handle, &state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.ts_generator_set_state(Handle, value.LiveHandle));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle != 0) Native.ts_generator_free(_handle);
            _handle = 0;
        }
    }

    public static Generator manual_seed(long seed)
    {
        Native.Check(Native.ts_manual_seed(seed));
        return Generator.Default;
    }

    public static long seed()
    {
        using var generator = Generator.Default;
        return generator.seed();
    }

    public static long initial_seed()
    {
        using var generator = Generator.Default;
        return generator.initial_seed();
    }

    public static Tensor get_rng_state()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    public static void set_rng_state(Tensor new_state)
    {
        using var generator = Generator.Default;
        generator.set_state(new_state);
    }

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);
        public static long seed() => torch.seed();
        public static long initial_seed() => torch.initial_seed();
        public static Tensor get_rng_state() => torch.get_rng_state();
        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}
