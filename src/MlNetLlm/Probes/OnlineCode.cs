namespace MlNetLlm.Probes;

/// <summary>
/// Minimum description length of labels given features, by the online code (Voita and Titov 2020): blocks of growing size; each is sent
/// under the probe trained on all blocks before it, the first under the uniform code. A probe that needs much data or much capacity pays
/// for it in bits, which accuracy hides.
/// </summary>
/// <param name="Bits">Length of the code under the probes.</param>
/// <param name="UniformBits">Length under the uniform code, <c>n log₂ K</c>.</param>
public readonly record struct OnlineCode(double Bits, double UniformBits)
{
    /// <summary>Shares of the data at which blocks end, in percent: those of the paper.</summary>
    public static IReadOnlyList<double> PaperPercents { get; } = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.25, 12.5, 25, 50, 100];

    /// <summary>The share of mass that <see cref="BlockBits"/> spreads evenly, so that no label costs infinitely much.</summary>
    public const double Smoothing = 1e-6;

    /// <summary>How many times shorter the code is than the uniform one; 1 means that the features say nothing.</summary>
    public double Compression => UniformBits / Bits;

    /// <summary>The rows at which blocks end.</summary>
    /// <param name="rows">Rows in all.</param>
    /// <param name="percents">Ends in percent, rising to 100; null: those of the paper.</param>
    /// <returns>Rising ends, the last of them all rows; ends that would make an empty block are left out.</returns>
    /// <exception cref="ArgumentException">There are no rows, or percents do not rise to 100.</exception>
    public static int[] BlockEnds(int rows, IReadOnlyList<double>? percents = null)
    {
        percents ??= PaperPercents;
        bool rises = percents.Count > 0 && percents[0] > 0 && percents[^1] == 100;
        for (int i = 1; i < percents.Count; i++) rises &= percents[i] > percents[i - 1];
        if (rows < 1 || !rises)
            throw new ArgumentException(
                $"Blocks of {rows} rows at {string.Join(", ", percents)} %: there must be rows, and ends must rise from above 0 to 100.");
        return [.. percents.Select(percent => (int)Math.Round(rows * percent / 100)).Where(end => end > 0).Distinct()];
    }

    /// <summary>Adds up the code of a whole data set.</summary>
    /// <param name="classes">Classes K of the label.</param>
    /// <param name="blockEnds">Where blocks end, from <see cref="BlockEnds"/>.</param>
    /// <param name="blockBits">
    /// One number for each block but the first: what its labels cost under the probe trained on all blocks before it
    /// (<see cref="BlockBits"/>).
    /// </param>
    /// <exception cref="ArgumentException">There is not one number for each block but the first.</exception>
    public static OnlineCode Of(int classes, ReadOnlySpan<int> blockEnds, ReadOnlySpan<double> blockBits)
    {
        if (classes < 2 || blockEnds.IsEmpty || blockBits.Length != blockEnds.Length - 1)
            throw new ArgumentException(
                $"The code of {blockEnds.Length} blocks and {classes} classes needs two classes and a cost of each block but the first, "
                + $"not {blockBits.Length} costs.");
        double bits = blockEnds[0] * Math.Log2(classes);
        foreach (double block in blockBits) bits += block;
        return new(bits, blockEnds[^1] * Math.Log2(classes));
    }

    /// <summary>
    /// What the labels of a block cost: <c>-Σ log₂ p(label)</c>, p mixed with <see cref="Smoothing"/> of the uniform distribution.
    /// </summary>
    /// <param name="probabilities">One row of class probabilities a label, row after row.</param>
    /// <param name="labels">The labels.</param>
    /// <exception cref="ArgumentException">There are not as many probabilities for each label, or a number is out of range.</exception>
    public static double BlockBits(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty || probabilities.Length % labels.Length != 0)
            throw new ArgumentException($"{probabilities.Length} probabilities do not give one row to each of {labels.Length} labels.");
        int classes = probabilities.Length / labels.Length;
        ProbeLabels.Count(nameof(BlockBits), labels, classes);
        double bits = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double p = probabilities[i * classes + labels[i]];
            if (!(p is >= 0 and <= 1.0001)) throw new ArgumentException($"The probability of label {i} is {p}; it must lie within 0..1.");
            bits -= Math.Log2((1 - Smoothing) * p + Smoothing / classes);
        }

        return bits;
    }

    /// <summary>
    /// The code that reads no features: each label costs <c>-log₂ ((seen of its class + 1) / (seen + K))</c> (Laplace's rule). Features are
    /// worth what the probes' code saves against it, where classes are not equally frequent.
    /// </summary>
    /// <param name="labels">All labels, in the order of the blocks.</param>
    /// <param name="classes">Classes K.</param>
    /// <exception cref="ArgumentException">There are no labels, or one is no class.</exception>
    public static double PriorBits(ReadOnlySpan<int> labels, int classes)
    {
        ProbeLabels.Count(nameof(PriorBits), labels, classes);
        var code = new PriorCode(classes);
        code.Add(labels);
        return code.Bits;
    }
}
