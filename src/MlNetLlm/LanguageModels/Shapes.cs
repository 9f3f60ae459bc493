using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Shape checks made before a matrix product, which on a mismatch would end the process instead of throwing.</summary>
internal static class Shapes
{
    /// <summary>Throws unless the last dimension of <paramref name="input"/> is <paramref name="width"/>.</summary>
    internal static void RequireLast(Tensor input, long width, string user)
    {
        var rank = (int)input.dim();
        if (rank == 0 || input.size(rank - 1) != width)
            throw new ArgumentException($"'{user}' takes tensors of shape (…, {width}), it was given {Text(input)}.", nameof(input));
    }

    /// <summary>A shape as (2, 3, 4).</summary>
    internal static string Text(Tensor tensor) => Text(tensor.shape);

    /// <summary>A shape as (2, 3, 4).</summary>
    internal static string Text(ReadOnlySpan<long> shape) => $"({string.Join(", ", shape.ToArray())})";
}
