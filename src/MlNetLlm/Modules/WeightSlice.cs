namespace MlNetLlm.Modules;

/// <summary>Neighbouring rows or columns of a weight matrix.</summary>
/// <param name="Matrix">The matrix, by projection name, such as layers.3.attention.query.</param>
/// <param name="Dimension">0 = rows (outputs), 1 = columns (inputs).</param>
/// <param name="Start">The first row or column.</param>
/// <param name="Length">How many.</param>
/// <param name="Across">Length of each: the size of the matrix's other dimension.</param>
public readonly record struct WeightSlice(string Matrix, int Dimension, int Start, int Length, int Across)
{
    /// <summary>Number of weights.</summary>
    public long Parameters => (long)Length * Across;
}
