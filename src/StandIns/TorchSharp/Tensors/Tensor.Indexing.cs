namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => Select(indices);
            set => Assign(value, indices);
        }

        public Tensor this[long i1]
        {
            get => Select(i1);
            set => Assign(value, i1);
        }

        public Tensor this[long i1, long i2]
        {
            get => Select(i1, i2);
            set => Assign(value, i1, i2);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => Select(i1, i2, i3);
            set => Assign(value, i1, i2, i3);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Select(i1, i2, i3, i4);
            set => Assign(value, i1, i2, i3, i4);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Select(i1, i2, i3, i4, i5);
            set => Assign(value, i1, i2, i3, i4, i5);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Select(i1, i2, i3, i4, i5, i6);
            set => Assign(value, i1, i2, i3, i4, i5, i6);
        }

        public Tensor index(params Tensor[] indices) => Ops.index_Tensor.Call(this, Arg.Optional(indices));

        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = View(indices);
            if (tensors is null) return view;
            using (view) return view.index(tensors);
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices)
        {
            Ops.index_put_.Run(this, Arg.Optional(indices), value);
            return this;
        }

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var (view, tensors) = View(indices);
            using (view)
            {
                if (tensors is null) view.copy_(value);
                else view.index_put_(value, tensors);
            }
            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = Full([], value, dtype, device, false, null);
            return index_put_(number, indices);
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = Full([], value, dtype, device, false, null);
            return index_put_(number, indices);
        }

        private Tensor Select(params ReadOnlySpan<long> at)
        {
            var view = Ops.select_int.Call(this, 0L, at[0]);
            for (int i = 1; i < at.Length; i++)
                using (var outer = view) view = Ops.select_int.Call(outer, 0L, at[i]);
            return view;
        }

        private void Assign(Tensor value, params ReadOnlySpan<long> at)
        {
            using var place = Select(at);
            place.copy_(value);
        }

        /// <summary>Applies everything but index tensors as a view; what is left are the index tensors by dimension, or null.</summary>
        private (Tensor View, Tensor[] Tensors) View(TensorIndex[] indices)
        {
            var view = Again();
            var tensors = new List<Tensor>();
            int dim = 0, slot = 0, rest = (int)ndim - indices.Sum(Consumes);
            foreach (var index in indices)
            {
                var outer = view;
                int from = dim;
                switch (index.Type)
                {
                    case TensorIndex.Kind.None:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Bool:
                        view = view.unsqueeze(dim++);
                        Put(tensors, slot, tensor(new[] { index.Start != 0 }, device: device));
                        break;
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.Start.Value);
                        break;
                    case TensorIndex.Kind.Slice:
                        view = Ops.slice_Tensor.Call(view, dim++, index.Start, index.Stop, index.Step ?? 1L);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += rest;
                        break;
                    case TensorIndex.Kind.Tensor:
                        Put(tensors, slot, index.Mask);
                        dim += Consumes(index);
                        break;
                    case TensorIndex.Kind.Null:
                        dim++;
                        break;
                }
                // A mask over several dimensions is one entry of the list.
                slot += index.Type == TensorIndex.Kind.Tensor ? 1 : dim - from;
                if (!ReferenceEquals(view, outer)) outer.Dispose();
            }
            return (view, tensors.Count == 0 ? null : tensors.ToArray());
        }

        private static void Put(List<Tensor> tensors, int slot, Tensor index)
        {
            while (tensors.Count < slot) tensors.Add(null);
            tensors.Add(index);
        }

        private static int Consumes(TensorIndex index) => index.Type switch
        {
            TensorIndex.Kind.None or TensorIndex.Kind.Bool or TensorIndex.Kind.Ellipsis => 0,
            TensorIndex.Kind.Tensor => index.Mask.dtype is ScalarType.Bool ? (int)index.Mask.ndim : 1,
            _ => 1,
        };
    }
}
