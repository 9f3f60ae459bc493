using System.Numerics.Tensors;

namespace MlNetLlm.Communities;

/// <summary>
/// How much the loss would change without a part of a weight matrix, by the Taylor expansions of <see cref="TaylorSalience"/>: the sum of
/// the scores of neighbouring rows or columns.
/// </summary>
public static class SliceSalience
{
    private const int NumbersAtOnce = 1 << 10;   // so many absolute values are summed in single precision before they go to double

    /// <summary>The score of rows <paramref name="start"/> … or columns <paramref name="start"/> … of a matrix.</summary>
    /// <param name="form">Which salience.</param>
    /// <param name="weights">(rows · columns), row by row.</param>
    /// <param name="gradient">The same shape; not read by <see cref="TaylorForm.Second"/>.</param>
    /// <param name="meanSquares">The same shape: mean over examples of the squared gradient; read by the second-order forms only.</param>
    /// <param name="columns">Number of columns of the matrix.</param>
    /// <param name="dimension">0 = the part is rows, 1 = columns.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="length">How many.</param>
    /// <returns>Σ over the part of |s|; of the vectorised form, Σ over its rows or columns of |Σ s|.</returns>
    public static double Sum(
        TaylorForm form, ReadOnlySpan<float> weights, ReadOnlySpan<float> gradient, ReadOnlySpan<double> meanSquares, int columns,
        int dimension, int start, int length)
    {
        var rows = weights.Length / columns;
        if (length < 1 || start < 0 || start + length > (dimension == 0 ? rows : columns))
            throw new ArgumentException(
                $"{(dimension == 0 ? "Rows" : "Columns")} {start} to {start + length - 1} do not lie in a matrix of {rows} × {columns}.");
        if (form == TaylorForm.First)
            return dimension == 0
                ? Magnitude(weights.Slice(start * columns, length * columns), gradient.Slice(start * columns, length * columns))
                : ColumnMagnitude(weights, gradient, columns, start, length);
        var (byRow, byColumn) = TaylorSalience.Scores(
            form, Part(weights), Part(gradient), Part(meanSquares), dimension == 0 ? columns : length);
        return (dimension == 0 ? byRow : byColumn).Sum();

        ReadOnlySpan<T> Part<T>(ReadOnlySpan<T> matrix)
        {
            if (matrix.IsEmpty || dimension == 0) return matrix.IsEmpty ? matrix : matrix.Slice(start * columns, length * columns);
            var part = new T[matrix.Length / columns * length];
            for (var row = 0; row < part.Length / length; row++)
                matrix.Slice(row * columns + start, length).CopyTo(part.AsSpan(row * length));
            return part;
        }
    }

    private static double ColumnMagnitude(ReadOnlySpan<float> weights, ReadOnlySpan<float> gradient, int columns, int start, int length)
    {
        var sum = 0.0;
        for (var from = start; from < weights.Length; from += columns)
            sum += Magnitude(weights.Slice(from, length), gradient.Slice(from, length));
        return sum;
    }

    // Σ |w g|
    private static double Magnitude(ReadOnlySpan<float> weights, ReadOnlySpan<float> gradient)
    {
        Span<float> products = stackalloc float[NumbersAtOnce];
        var sum = 0.0;
        for (var from = 0; from < weights.Length; from += NumbersAtOnce)
        {
            var count = Math.Min(NumbersAtOnce, weights.Length - from);
            TensorPrimitives.Multiply(weights.Slice(from, count), gradient.Slice(from, count), products);
            sum += TensorPrimitives.SumOfMagnitudes<float>(products[..count]);
        }
        return sum;
    }
}
