namespace TorchSharp;

public static partial class torch
{
    public struct TensorIndex
    {
        internal enum Kind { Null, None, Single, Slice, Ellipsis, Bool, Tensor }

        internal Kind Type;
        internal long? Start, Stop, Step;
        internal Tensor Mask;

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Type = Kind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) =>
            Slice(Position(range.Start), range.End.Equals(System.Index.End) ? null : Position(range.End));

        public static TensorIndex Bool(bool value) => new() { Type = Kind.Bool, Start = value ? 1 : 0 };
        public static TensorIndex Single(long? index) => new() { Type = Kind.Single, Start = index };
        public static TensorIndex Tensor(Tensor tensor) => new() { Type = Kind.Tensor, Mask = tensor };

        public static TensorIndex Ellipsis = new() { Type = Kind.Ellipsis };
        public static TensorIndex None = new() { Type = Kind.None };
        public static TensorIndex Null = new() { Type = Kind.Null };
        public static TensorIndex Colon = Slice();

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => Single(Position(index));

        private static long Position(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
