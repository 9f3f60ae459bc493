namespace Microsoft.ML.Data;

public sealed class MulticlassClassificationMetrics
{
    internal MulticlassClassificationMetrics(MulticlassTally tally, IReadOnlyList<string> classNames, int topK)
    {
        MicroAccuracy = tally.MicroAccuracy;
        MacroAccuracy = tally.MacroAccuracy;
        LogLoss = tally.LogLoss;
        LogLossReduction = tally.LogLossReduction;
        PerClassLogLoss = tally.PerClassLogLoss;
        TopKPredictionCount = topK;
        TopKAccuracyForAllK = topK > 0 ? tally.TopAccuracies(topK) : null;
        ConfusionMatrix = new ConfusionMatrix(tally.Confusion, classNames, binary: false);
    }

    public double LogLoss { get; }

    public double LogLossReduction { get; }

    public double MacroAccuracy { get; }

    public double MicroAccuracy { get; }

    public double TopKAccuracy => TopKAccuracyForAllK?.LastOrDefault() ?? 0;

    public int TopKPredictionCount { get; }

    // Null unless a top-K count was asked for.
    public IReadOnlyList<double> TopKAccuracyForAllK { get; }

    public IReadOnlyList<double> PerClassLogLoss { get; }

    public ConfusionMatrix ConfusionMatrix { get; }
}
