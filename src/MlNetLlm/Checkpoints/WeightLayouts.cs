using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>Takes weights out of a checkpoint's tensors and puts them back; one is the exact inverse of the other.</summary>
internal static class WeightLayouts
{
    private const int Blocks = 4;

    /// <summary>Places of query, key and value inside a block of <see cref="WeightLayout.FourBlocks"/>.</summary>
    private static readonly int[] _placeInBlock = [0, 2, 1];

    /// <summary>Shape of the checkpoint's tensor that holds <paramref name="parts"/> weights of shape <paramref name="shape"/>.</summary>
    internal static long[] PackedShape(WeightLayout layout, long[] shape, int parts) => layout switch
    {
        WeightLayout.Columns when shape.Length == 2 => [shape[1], parts * shape[0]],
        WeightLayout.Same => shape,
        _ => [parts * shape[0], .. shape[1..]],
    };

    /// <summary>Weight number <paramref name="part"/> of <paramref name="parts"/>, a view of (out, in) or (out).</summary>
    internal static Tensor Unpack(WeightLayout layout, Tensor packed, int part, int parts)
    {
        switch (layout)
        {
            case WeightLayout.Columns:
                var dimension = packed.dim() - 1;
                var width = packed.size((int)dimension) / parts;
                return packed.narrow(dimension, part * width, width).t();                  // (out, in); a bias stays (out)
            case WeightLayout.FourBlocks:
                var (rows, input) = (packed.size(0) / parts, packed.size(1));
                return packed.view(Blocks, parts, rows / Blocks, input)
                    .select(1, _placeInBlock[part]).reshape(rows, input);                   // (out, in)
            default:
                return packed;
        }
    }

    /// <summary>The checkpoint's tensor of these weights, each (out, in) or (out).</summary>
    internal static Tensor Pack(WeightLayout layout, IReadOnlyList<Tensor> weights)
    {
        switch (layout)
        {
            case WeightLayout.Columns:
                return weights.Count == 1 ? weights[0].t() : cat([.. weights]).t();         // (in, Σ out); biases stay (Σ out)
            case WeightLayout.FourBlocks:
                var (rows, input) = (weights[0].size(0), weights[0].size(1));
                var blocks = new Tensor[weights.Count];
                for (var part = 0; part < blocks.Length; part++)
                    blocks[_placeInBlock[part]] = weights[part].view(Blocks, 1, rows / Blocks, input);
                return cat(blocks, 1).view(weights.Count * rows, input);                    // (4 · parts · out / 4, in)
            default:
                return weights[0];
        }
    }
}
