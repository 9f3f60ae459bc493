namespace MlNetLlm.Probes;

/// <summary>What the probes of one pass read.</summary>
/// <param name="Heads">The probes; the first one's options say what they share.</param>
/// <param name="Sizes">The sizes of the feature columns.</param>
/// <param name="Train">The rows to learn from.</param>
/// <param name="TrainRows">How many of them, from the first on.</param>
/// <param name="Validation">The rows to choose the best weights by, or null.</param>
/// <param name="Scale">The standardisation of all features, or null when rows come standardised.</param>
internal sealed record ProbePass(
    IReadOnlyList<ProbeHead> Heads, IReadOnlyList<int> Sizes, ProbeData Train, long TrainRows, ProbeData? Validation, FeatureScale? Scale)
{
    /// <summary>Rows a step.</summary>
    public int BatchSize => (int)Math.Min(Heads[0].Options.BatchSize, TrainRows);

    /// <summary>Whether a probe normalises by the batch, which a batch of one row cannot be: its variance is no number.</summary>
    public bool NormalisesByBatch => Heads.Any(head => head.Options.HiddenNormalization == ProbeNormalization.Batch);

    /// <summary>How many label columns there are.</summary>
    public int Labels => Heads.Max(head => head.Label) + 1;

    /// <summary>Steps to take.</summary>
    public int Steps
    {
        get
        {
            var options = Heads[0].Options;
            var examples = (long)Math.Min(options.MaxExamples, (decimal)options.MaxEpochs * TrainRows);
            return examples == 0 ? 0 : (int)Math.Clamp(examples / BatchSize, 1, int.MaxValue);
        }
    }

    /// <summary>A batch to gather rows in.</summary>
    public ProbeBatch Batch(int rows) => new(Sizes, Labels, rows, Scale);

    /// <summary>The rows to learn from, in random order without end.</summary>
    public ShuffledRows Shuffled()
    {
        var options = Heads[0].Options;
        var random = new Training.RandomStream(options.OrderSeed, Training.RandomStreams.DataOrder);
        return new ShuffledRows(Train.Rows, new RowOrder(TrainRows, options.ShuffleRows, random));
    }

    /// <summary>Some rows in their order, a batch at a time; the batch is valid until the next.</summary>
    public IEnumerable<ProbeBatch> InOrder(ProbeData data, long first, long end)
    {
        const int Rows = 4096;
        var (batch, rows) = (Batch(Rows), new float[Rows * data.Rows.Width]);
        for (; first < end; first += Rows)
        {
            var range = new RowRange(first, (int)Math.Min(Rows, end - first));
            data.Rows.Read(range, rows);
            batch.Clear();
            for (var i = 0; i < range.Count; i++) batch.Add(rows.AsSpan(i * data.Rows.Width, data.Rows.Width));
            yield return batch;
        }
    }
}
