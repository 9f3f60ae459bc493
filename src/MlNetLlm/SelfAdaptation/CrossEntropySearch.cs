using MlNetLlm.Training;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// The cross-entropy method over [0, 1]ⁿ: draw a population from N(mean, deviation²), clamp it, and let the best of it say the next mean
/// and deviation (Rubinstein, Kroese 2004; Transformer², appendix A.4).
/// </summary>
/// <remarks>
/// As in the released code the moments are those of the clamped elites, the deviation the unbiased one, and the first candidate of each
/// generation is the best so far (at the start: the mean), so the last generation holds the best of all. Two departures: elites are
/// ordered by accuracy and then log-likelihood (there: accuracy alone, so that a sort decides among ties), and the deviation has a floor.
/// </remarks>
public sealed class CrossEntropySearch
{
    private readonly CrossEntropyOptions _options;
    private readonly RandomStream _random;
    private IReadOnlyList<double[]>? _population;

    /// <summary>Starts a search.</summary>
    /// <param name="dimensions">n, 1 or more.</param>
    /// <param name="initialMean">The mean of the first generation in every dimension, from 0 to 1.</param>
    /// <param name="options">How to search.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public CrossEntropySearch(int dimensions, double initialMean, CrossEntropyOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        if (!(initialMean is >= 0 and <= 1))
            throw new ArgumentException($"initialMean is {initialMean}; expected 0 to 1.", nameof(initialMean));
        _options = options.Validated();
        _random = new RandomStream(options.Seed, "cross-entropy");
        (Mean, Deviation, Best) = (new double[dimensions], new double[dimensions], new double[dimensions]);
        Array.Fill(Mean, initialMean);
        Array.Fill(Best, initialMean);
        Array.Fill(Deviation, options.InitialDeviation);
    }

    /// <summary>Mean of the next generation, (n).</summary>
    public double[] Mean { get; }

    /// <summary>Standard deviation of the next generation, (n).</summary>
    public double[] Deviation { get; }

    /// <summary>The best candidate so far, (n); before the first generation the initial mean.</summary>
    public double[] Best { get; private set; }

    /// <summary>The score of <see cref="Best"/>; null before the first generation.</summary>
    public MixScore? BestScore { get; private set; }

    /// <summary>Generations that are complete.</summary>
    public int Generation { get; private set; }

    /// <summary>The next generation; asking again before <see cref="Update"/> gives the same one.</summary>
    /// <returns>Candidates (n), the first of them <see cref="Best"/>.</returns>
    public IReadOnlyList<double[]> Propose() => _population ??=
        [Best, .. Enumerable.Range(1, _options.Population - 1).Select(_ => Draw())];

    /// <summary>Learns from a generation.</summary>
    /// <param name="scores">One score a candidate of the last <see cref="Propose"/>, in its order.</param>
    /// <exception cref="InvalidOperationException">Nothing was proposed.</exception>
    /// <exception cref="ArgumentException">There are more or fewer scores than candidates.</exception>
    public void Update(IReadOnlyList<MixScore> scores)
    {
        var population = _population ?? throw new InvalidOperationException("Propose a generation before its scores are given.");
        if (scores.Count != population.Count)
            throw new ArgumentException($"There are {scores.Count} scores for {population.Count} candidates.", nameof(scores));
        int[] ranked = [.. Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i]).ThenBy(i => i)];
        (Best, BestScore) = (population[ranked[0]], scores[ranked[0]]);
        MoveTo([.. ranked.Take(_options.Elites).Select(i => population[i])]);
        _population = null;
        Generation++;
    }

    private double[] Draw() =>
        [.. Mean.Zip(Deviation, (mean, deviation) => Math.Clamp(mean + deviation * _random.NextNormal(), 0, 1))];

    private void MoveTo(IReadOnlyList<double[]> elites)
    {
        var kept = _options.Smoothing;
        for (var i = 0; i < Mean.Length; i++)
        {
            var mean = elites.Average(e => e[i]);
            var variance = elites.Sum(e => (e[i] - mean) * (e[i] - mean)) / (elites.Count - 1);
            Mean[i] = kept * Mean[i] + (1 - kept) * mean;
            Deviation[i] = Math.Max(_options.DeviationFloor, kept * Deviation[i] + (1 - kept) * Math.Sqrt(variance));
        }
    }
}
