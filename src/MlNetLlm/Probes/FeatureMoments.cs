using System.Numerics;

namespace MlNetLlm.Probes;

/// <summary>
/// Mean and deviation of features over rows, in double: with the first row c as origin and d = x - c, the mean is <c>c + Σd / n</c> and the
/// variance <c>(Σd² - (Σd)² / n) / n</c>. A feature's own value as origin keeps the difference of the two from cancelling.
/// </summary>
/// <param name="size">How many features there are.</param>
internal sealed class FeatureMoments(int size)
{
    private readonly float[] _origin = new float[size];
    private readonly double[] _sums = new double[size], _squares = new double[size];
    private long _rows;

    /// <summary>Adds a row of features.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        if (_rows++ == 0) row.CopyTo(_origin);
        var i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[i..]), out var low, out var high);
            Vector.Widen(new Vector<float>(_origin, i), out var lowOrigin, out var highOrigin);
            Add(low - lowOrigin, i);
            Add(high - highOrigin, i + Vector<double>.Count);
        }
        for (; i < size; i++)
        {
            var d = (double)row[i] - _origin[i];
            _sums[i] += d;
            _squares[i] += d * d;
        }
    }

    /// <summary>The scale that standardises these rows; a feature that never changes counts as deviating by 1.</summary>
    public FeatureScale Scale()
    {
        var (mean, inverse) = (new float[size], new float[size]);
        for (var i = 0; i < size; i++)
        {
            var shift = _sums[i] / _rows;
            var variance = _squares[i] / _rows - shift * shift;
            mean[i] = (float)(_origin[i] + shift);
            inverse[i] = variance > 1e-12 * (1 + shift * shift) ? (float)(1 / Math.Sqrt(variance)) : 1;
        }
        return new(mean, inverse);
    }

    private void Add(Vector<double> d, int at)
    {
        (new Vector<double>(_sums, at) + d).CopyTo(_sums, at);
        (new Vector<double>(_squares, at) + d * d).CopyTo(_squares, at);
    }
}
