using TorchSharp.Utils;

namespace TorchSharp;

public static unsafe partial class torch
{
    public partial class Tensor
    {
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            RequireType<T>();
            RequireCpu();
            return new TensorAccessor<T>(this);
        }

        public T item<T>() where T : unmanaged
        {
            var info = Info;
            if (info.Count != 1) throw new ArgumentException($"item() needs a tensor of one element, this one has {info.Count}.");
            RequireType<T>();
            if ((DeviceType)info.DeviceType == DeviceType.CPU) return *(T*)DataPointer();
            using var here = cpu();
            return *(T*)here.DataPointer();
        }

        public Scalar ToScalar()
        {
            var type = dtype;
            var value = Ops.item.CallValue(this);
            return value.Tag switch
            {
                Tag.Double => new Scalar(value.Double, type),
                Tag.Bool => new Scalar(value.Int != 0),
                _ => new Scalar(value.Int, type),
            };
        }

        public Span<byte> bytes
        {
            get
            {
                var info = Info;
                RequireContiguous(info);
                RequireCpu();
                return new Span<byte>(DataPointer(), checked((int)(info.Count * info.ItemSize)));
            }
            set
            {
                var info = Info;
                if (info.Count * info.ItemSize != value.Length)
                    throw new ArgumentException($"The tensor has {info.Count * info.ItemSize} bytes, the span {value.Length}.");
                RequireContiguous(info);
                RequireCpu();
                value.CopyTo(new Span<byte>(DataPointer(), value.Length));
            }
        }

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using var flat = WholeOnCpu();
            for (long at = 0, end = flat.numel() * flat.ElementSize; at < end;)
            {
                int length = (int)Math.Min(1 << 20, end - at);
                stream.Write(new ReadOnlySpan<byte>((byte*)flat.DataPointer() + at, length));
                at += length;
            }
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            RequireContiguous(Info);
            RequireCpu();
            for (long at = 0, end = numel() * ElementSize; at < end;)
            {
                int length = (int)Math.Min(1 << 20, end - at);
                stream.ReadExactly(new Span<byte>((byte*)DataPointer() + at, length));
                at += length;
            }
        }

        internal void* DataPointer()
        {
            void* data;
            Native.Check(Native.ts_data(LiveHandle, &data));
            return data;
        }

        /// <summary>A contiguous form of this tensor on the CPU that the caller disposes.</summary>
        private Tensor WholeOnCpu()
        {
            using var here = cpu();
            return here.contiguous();
        }

        private void RequireCpu()
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException($"The data is on {device}: copy the tensor to the CPU before reading it.");
        }

        private static void RequireContiguous(in TensorInfo info)
        {
            if (!info.IsContiguous) throw new NotImplementedException("Bytes of a tensor that is not contiguous. Call contiguous() first.");
        }

        private void RequireType<T>() where T : unmanaged
        {
            var type = dtype;
            if (TypeOf<T>() != type)
                throw new ArgumentException($"{typeof(T).Name} is not the type of the elements, which is {type}.");
        }

        /// <summary>The element type that a managed type stands for.</summary>
        internal static ScalarType TypeOf<T>() where T : unmanaged
        {
            if (typeof(T) == typeof(float)) return ScalarType.Float32;
            if (typeof(T) == typeof(long)) return ScalarType.Int64;
            if (typeof(T) == typeof(double)) return ScalarType.Float64;
            if (typeof(T) == typeof(int)) return ScalarType.Int32;
            if (typeof(T) == typeof(bool)) return ScalarType.Bool;
            if (typeof(T) == typeof(byte)) return ScalarType.Byte;
            if (typeof(T) == typeof(sbyte)) return ScalarType.Int8;
            if (typeof(T) == typeof(short)) return ScalarType.Int16;
            if (typeof(T) == typeof(Half)) return ScalarType.Float16;
            throw new ArgumentException($"{typeof(T)} is not the type of any tensor's elements.");
        }
    }
}
