using System.Numerics.Tensors;
using MlNetLlm.LanguageModels.Fused;
using MlNetLlm.SparseAutoencoders;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Concept logits z = x W_pᵀ + b_p of n rows, never all held at once: their K largest, and the loss Σ over rows with labels of
/// logsumexp(z) − (1/|L|) Σ_{i∈L} zᵢ (Tack et al. 2025, section 3: the mean of |L| softmax cross-entropies, not BCE). The loss is at least
/// Σ ln |L|.
/// </summary>
/// <remarks>
/// Rows go in pieces. What stays of a row between the passes are its K places and values and its logsumexp; the backward pass makes z of a
/// piece again, forms share · (softmax(z) − 1_L / |L|), adds the slopes that arrive at the K chosen logits, and accumulates the gradients
/// of x, W_p and b_p. The choice of the K has no gradient.
/// </remarks>
internal static unsafe class ConceptLoss
{
    private const long NumbersAtOnce = 1 << 19;

    /// <summary>Chooses and scores.</summary>
    /// <param name="x">(n, d); what is not float32 on the CPU takes libtorch's operators and does hold all logits.</param>
    /// <param name="weight">W_p, (C, d).</param>
    /// <param name="bias">b_p, (C).</param>
    /// <param name="labels">(n · K_a): each row's concepts, −1 where there are fewer; null = no loss.</param>
    /// <param name="k">K.</param>
    /// <returns>The values of the K largest logits, (n, K), their places, (n, K) int64, and the loss summed over rows; all but the places
    /// with a graph.</returns>
    public static (Tensor Values, Tensor Places, Tensor Loss) Of(Tensor x, Tensor weight, Tensor bias, int[]? labels, int k)
    {
        x = x.contiguous();
        if (!FusedSteps.Apply(x) || !FusedSteps.Apply(weight))
            return Operators(x, weight, bias, labels, k);
        var job = new Job(labels, k, (int)weight.size(0));
        using var scope = NewDisposeScope();
        var result = Function.apply(x, weight, bias, job);                                              // (n K + 1)
        var count = x.size(0) * k;
        return (result.narrow(0, 0, count).view(-1, k).MoveToOuterDisposeScope(), job.Places!.MoveToOuterDisposeScope(),
            result.select(0, count).MoveToOuterDisposeScope());
    }

    /// <summary>As <see cref="Of"/>, all logits at once.</summary>
    internal static (Tensor Values, Tensor Places, Tensor Loss) Operators(Tensor x, Tensor weight, Tensor bias, int[]? labels, int k)
    {
        using var scope = NewDisposeScope();
        var z = functional.linear(x, weight, bias);                                                     // (n, C)
        var (values, places) = z.topk(k, 1);                                                            // (n, K), (n, K)
        var loss = zeros(Array.Empty<long>(), x.dtype, x.device);
        if (labels is not null)
        {
            var ids = tensor(labels.Select(label => (long)label).ToArray(), [x.size(0), labels.Length / x.size(0)], device: x.device);
            var there = ids.ge(0).to(x.dtype);                                                          // (n, K_a)
            var count = there.sum(1);                                                                   // (n)
            var own = (z.gather(1, ids.clamp_min(0)) * there).sum(1) / count.clamp_min(1);              // (n)
            loss = ((z.logsumexp(1) - own) * count.gt(0).to(x.dtype)).sum();
        }
        return (values.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    /// <summary>Σ ln |L| over the rows with a label: below that the loss cannot fall.</summary>
    public static double Floor(int[] labels, int perRow)
    {
        var floor = 0.0;
        for (var at = 0; at < labels.Length; at += perRow)
            floor += labels.AsSpan(at, perRow).IndexOf(LabelSelection.None) switch
            {
                0 => 0, var end => Math.Log(end < 0 ? perRow : end),
            };
        return floor;
    }

    /// <summary>Rows with a label.</summary>
    public static long Labelled(int[] labels, int perRow)
    {
        var count = 0L;
        for (var at = 0; at < labels.Length; at += perRow) count += labels[at] >= 0 ? 1 : 0;
        return count;
    }

    private sealed class Job(int[]? labels, int k, int concepts)
    {
        public int K => k;

        public int Concepts => concepts;

        public Tensor? Places { get; set; }

        public float[] LogSums { get; set; } = [];

        public int[] Ids { get; set; } = [];

        public ReadOnlySpan<int> Labels(int row, int rows)
        {
            if (labels is null) return [];
            var all = labels.AsSpan(row * (labels.Length / rows), labels.Length / rows);
            return all.IndexOf(LabelSelection.None) is var end && end >= 0 ? all[..end] : all;
        }
    }

    // One tensor, the values and behind them the loss: a gradient arrives for both also where only one of them is used.
    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(ConceptLoss);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, bias, job) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Job)vars[3]);
            var rows = (int)x.size(0);
            var result = empty((long)rows * job.K + 1);
            var kept = FusedSteps.Data(result);
            (job.LogSums, job.Ids) = (new float[rows], new int[rows * job.K]);
            var losses = new double[rows];
            foreach (var (first, count) in Pieces(rows, job.Concepts))
            {
                using var scope = NewDisposeScope();
                var z = functional.linear(x.narrow(0, first, count), weight, bias);                     // (count, C)
                var numbers = FusedSteps.Data(z);
                FusedSteps.Share(count, 8, (from, end) =>
                {
                    for (var row = from; row < end; row++)
                    {
                        var logits = new ReadOnlySpan<float>(numbers + (long)row * job.Concepts, job.Concepts);
                        var chosen = new Span<float>(kept + (long)(first + row) * job.K, job.K);
                        TopK.Select(logits, job.Ids.AsSpan((first + row) * job.K, job.K), chosen);
                        job.LogSums[first + row] = LogSumExp(logits, chosen[0]);
                        losses[first + row] = Loss(logits, job.LogSums[first + row], job.Labels(first + row, rows));
                    }
                });
                GC.KeepAlive(z);
            }
            job.Places = tensor(job.Ids.Select(id => (long)id).ToArray(), [rows, job.K]);
            ctx.save_for_backward([x, weight, bias]);
            ctx.save_data("job", job);
            kept[(long)rows * job.K] = (float)losses.Sum();
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (x, weight, bias, job) = (saved[0], saved[1], saved[2], (Job)ctx.get_data("job"));
            var slopes = grad_output.contiguous();
            var arriving = FusedSteps.Data(slopes);
            var rows = (int)x.size(0);
            var share = arriving[(long)rows * job.K];
            var (gx, gw, gb) = (zeros_like(x), zeros_like(weight), zeros_like(bias));
            foreach (var (first, count) in Pieces(rows, job.Concepts))
            {
                using var scope = NewDisposeScope();
                var inputs = x.narrow(0, first, count);
                var z = functional.linear(inputs, weight, bias);
                var numbers = FusedSteps.Data(z);
                FusedSteps.Share(count, 8, (from, end) =>
                {
                    for (var row = from; row < end; row++)
                    {
                        var g = new Span<float>(numbers + (long)row * job.Concepts, job.Concepts);
                        ThroughLoss(g, job.LogSums[first + row], job.Labels(first + row, rows), share);
                        for (var i = 0; i < job.K; i++)
                            g[job.Ids[(first + row) * job.K + i]] += arriving[(long)(first + row) * job.K + i];
                    }
                });
                gx.narrow(0, first, count).copy_(z.matmul(weight));
                gw.add_(z.t().matmul(inputs));
                gb.add_(z.sum([0L]));
            }
            GC.KeepAlive(slopes);
            return [gx, gw, gb, null!];
        }
    }

    private static IEnumerable<(int First, int Count)> Pieces(int rows, int concepts)
    {
        var most = (int)Math.Max(1, NumbersAtOnce / concepts);
        for (var first = 0; first < rows; first += most) yield return (first, Math.Min(most, rows - first));
    }

    private static float LogSumExp(ReadOnlySpan<float> z, float highest)
    {
        var sum = 0.0;
        foreach (var logit in z) sum += MathF.Exp(logit - highest);
        return highest + (float)Math.Log(sum);
    }

    private static double Loss(ReadOnlySpan<float> z, float logSum, ReadOnlySpan<int> labels)
    {
        if (labels.Length == 0) return 0;
        var sum = 0.0;
        foreach (var label in labels) sum += z[label];
        return logSum - sum / labels.Length;
    }

    // z becomes share · (softmax(z) − 1_L / |L|); 0 for a row without labels.
    private static void ThroughLoss(Span<float> z, float logSum, ReadOnlySpan<int> labels, float share)
    {
        if (labels.Length == 0)
        {
            z.Clear();
            return;
        }
        TensorPrimitives.Subtract(z, logSum, z);
        TensorPrimitives.Exp(z, z);
        TensorPrimitives.Multiply(z, share, z);
        foreach (var label in labels) z[label] -= share / labels.Length;
    }
}
