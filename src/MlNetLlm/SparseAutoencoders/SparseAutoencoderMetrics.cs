using Microsoft.ML;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>How well an autoencoder gives hidden states back, measured in the normalised space.</summary>
/// <param name="Rows">Hidden states measured.</param>
/// <param name="VarianceUnexplained">Σ|u − û|² / Σ|u − ū|²: 0 = all is given back, 1 = no more than the mean.</param>
/// <param name="DeadShare">Share of the latents that were active (above 0.001) in none of them; 0 to 1.</param>
/// <param name="ActiveLatents">Latents active in a hidden state, on average; at most k.</param>
public sealed record SparseAutoencoderMetrics(long Rows, double VarianceUnexplained, double DeadShare, double ActiveLatents)
{
    private const int RowsAtOnce = 4096;

    /// <summary>Measures on a column of hidden states.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="data">The rows, read once.</param>
    /// <param name="featuresColumn">The column; one of several states a row, or of variable size, is cut into states.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">The column is missing or of another type or size.</exception>
    /// <exception cref="InvalidDataException">A number is not finite, or there is no hidden state.</exception>
    public static SparseAutoencoderMetrics Of(
        SparseAutoencoder autoencoder, IDataView data, string featuresColumn = "Features", CancellationToken cancellationToken = default)
    {
        using var rows = StateRows.Read(data, featuresColumn, autoencoder.Width, 256, cancellationToken);
        var (width, seen) = (autoencoder.Width, new bool[autoencoder.Latents]);
        var (sums, squares, errors, active) = (new double[width], 0.0, 0.0, 0L);
        var (states, decoded) = (new float[RowsAtOnce * width], new float[width]);
        for (var first = 0L; first < rows.Count; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(RowsAtOnce, rows.Count - first);
            for (var row = 0; row < count; row++) rows.Read(first + row, states.AsSpan(row * width, width));
            // Normalising what is normalised changes it by rounding alone, so the stored states go through the one public way.
            var codes = SparseEncoder.Encode(autoencoder, states.AsSpan(0, count * width));
            for (var row = 0; row < count; row++)
            {
                SparseEncoder.Decode(autoencoder, codes[row], decoded);
                for (var i = 0; i < width; i++)
                {
                    double u = states[row * width + i], error = u - decoded[i];
                    (sums[i], squares, errors) = (sums[i] + u, squares + u * u, errors + error * error);
                }
                active += codes[row].Latents.Count;
                for (var i = 0; i < codes[row].Latents.Count; i++)
                    seen[codes[row].Latents[i]] |= codes[row].Strengths[i] > LatentActivity.Threshold;
            }
        }
        var variance = squares - sums.Sum(sum => sum * sum) / rows.Count;
        return new(
            rows.Count, variance > 0 ? errors / variance : double.NaN, (double)seen.Count(one => !one) / seen.Length,
            (double)active / rows.Count);
    }
}
