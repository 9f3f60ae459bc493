namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        private const int MaxDimensions = 64;

        private TensorInfo Info
        {
            get
            {
                TensorInfo info;
                Native.Check(Native.ts_info(LiveHandle, &info));
                GC.KeepAlive(this);
                return info;
            }
        }

        public ScalarType dtype => (ScalarType)Info.DType;
        public long Dimensions => Info.Dims;
        public long ndim => Info.Dims;
        public long dim() => Info.Dims;
        public long NumberOfElements => Info.Count;
        public long numel() => Info.Count;
        public long ElementSize => Info.ItemSize;
        public long element_size() => Info.ItemSize;
        public bool is_leaf => Info.IsLeaf;
        public bool is_sparse => Info.IsSparse;
        public bool is_contiguous() => Info.IsContiguous;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_complex() => torch.is_complex(dtype);
        public DeviceType device_type => (DeviceType)Info.DeviceType;
        public int device_index => Info.DeviceIndex;

        public Device device
        {
            get
            {
                var info = Info;
                return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        public long[] shape => Sizes(strides: false);
        public long[] size() => Sizes(strides: false);
        public long[] stride() => Sizes(strides: true);
        public long size(int dim) => Size(dim, strides: false);
        public long stride(int dim) => Size(dim, strides: true);

        public long storage_offset()
        {
            var offset = Native.ts_storage_offset(LiveHandle);
            GC.KeepAlive(this);
            return offset;
        }

        private int Read(long* numbers, bool strides)
        {
            int dims = Native.Check(Native.ts_sizes(LiveHandle, strides ? null : numbers, strides ? numbers : null, MaxDimensions));
            GC.KeepAlive(this);
            return dims;
        }

        private long[] Sizes(bool strides)
        {
            long* numbers = stackalloc long[MaxDimensions];
            return new ReadOnlySpan<long>(numbers, Read(numbers, strides)).ToArray();
        }

        private long Size(int dim, bool strides)
        {
            long* numbers = stackalloc long[MaxDimensions];
            int dims = Read(numbers, strides), at = dim < 0 ? dim + dims : dim;
            if (at < 0 || at >= dims)
                throw new ArgumentException($"Dimension {dim} does not exist in a tensor of {dims} dimensions.");
            return numbers[at];
        }

        public bool requires_grad
        {
            get => Info.RequiresGrad;
            set => requires_grad_(value);
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            Native.Check(Native.ts_set_requires_grad(LiveHandle, requires_grad ? 1 : 0));
            GC.KeepAlive(this);
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public Tensor? grad
        {
            get
            {
                nint grad;
                Native.Check(Native.ts_grad(LiveHandle, &grad));
                GC.KeepAlive(this);
                return grad == 0 ? null : new Tensor(grad);
            }
            set
            {
                Native.Check(Native.ts_set_grad(LiveHandle, value is null ? 0 : value.LiveHandle));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public void backward() => autograd.backward([this]);

        public void retain_grad() => Ops.retain_grad.Run(this);
    }
}
