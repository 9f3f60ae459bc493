using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// The chosen concepts' columns, weighted by their logits: row n of the result is Σ_k v[n, k] · W[p[n, k]]. No column is copied: what
/// (n, K, d) numbers would hold is read where it stands.
/// </summary>
/// <remarks>
/// With g the slope of the result, that of v[n, k] is g[n] · W[p[n, k]], and that of W[i] is Σ v[n, k] g[n] over (n, k) with p[n, k] = i.
/// Threads share the components, so a sum's order, and its last bit, never depends on their number.
/// </remarks>
internal static unsafe class ConceptMixture
{
    private const int LeastComponents = 32;

    /// <summary>Mixes.</summary>
    /// <param name="values">v, (n, K).</param>
    /// <param name="places">p, (n, K) int64.</param>
    /// <param name="columns">W, (C, d).</param>
    /// <returns>(n, d).</returns>
    public static Tensor Of(Tensor values, Tensor places, Tensor columns)
    {
        if (FusedSteps.Apply(values) && FusedSteps.Apply(columns) && places.device_type == DeviceType.CPU && places.is_contiguous())
            return Function.apply(values, columns, Ids(places));
        using var scope = NewDisposeScope();
        var (n, k, d) = (places.size(0), places.size(1), columns.size(1));
        var chosen = columns.index_select(0, places.reshape(-1)).view(n, k, d);
        return values.unsqueeze(1).bmm(chosen).squeeze(1).MoveToOuterDisposeScope();
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(ConceptMixture);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (values, columns, ids) = ((Tensor)vars[0], (Tensor)vars[1], (int[])vars[2]);
            var mixed = zeros(values.size(0), columns.size(1));
            var (k, d) = ((int)values.size(1), (int)columns.size(1));
            float* v = FusedSteps.Data(values), w = FusedSteps.Data(columns), y = FusedSteps.Data(mixed);
            Share(d, (from, count) =>
            {
                for (var at = 0; at < ids.Length; at++)
                    Add(w + (long)ids[at] * d + from, v[at], y + (long)(at / k) * d + from, count);
            });
            GC.KeepAlive((values, columns));
            ctx.save_for_backward([values, columns]);
            ctx.save_data("ids", ids);
            return mixed;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (values, columns, ids, slope) = (saved[0], saved[1], (int[])ctx.get_data("ids"), grad_output.contiguous());
            var (gv, gw) = (empty_like(values), zeros_like(columns));
            var (k, d) = ((int)values.size(1), (int)columns.size(1));
            float* v = FusedSteps.Data(values), w = FusedSteps.Data(columns), g = FusedSteps.Data(slope);
            float* toValues = FusedSteps.Data(gv), toColumns = FusedSteps.Data(gw);
            FusedSteps.Share(ids.Length, 256, (from, end) =>
            {
                for (var at = from; at < end; at++)
                    toValues[at] = TensorPrimitives.Dot(
                        new ReadOnlySpan<float>(g + (long)(at / k) * d, d), new ReadOnlySpan<float>(w + (long)ids[at] * d, d));
            });
            Share(d, (from, count) =>
            {
                for (var at = 0; at < ids.Length; at++)
                    Add(g + (long)(at / k) * d + from, v[at], toColumns + (long)ids[at] * d + from, count);
            });
            GC.KeepAlive((saved, slope));
            return [gv, gw, null!];
        }
    }

    // to += by · from.
    private static void Add(float* from, float by, float* to, int count)
    {
        var sum = new Span<float>(to, count);
        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(from, count), by, sum, sum);
    }

    private static void Share(int components, Action<int, int> part) =>
        FusedSteps.Share(components, LeastComponents, (from, end) => part(from, end - from));

    private static int[] Ids(Tensor places)
    {
        var numbers = MemoryMarshal.Cast<byte, long>(places.bytes);
        var ids = new int[numbers.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = (int)numbers[i];
        return ids;
    }
}
