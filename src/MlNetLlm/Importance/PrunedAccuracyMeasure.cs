using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pruning;

namespace MlNetLlm.Importance;

/// <summary><see cref="ImportanceScore.PrunedAccuracy"/>: the first rows of a data set calibrate, those behind them are answered.</summary>
internal sealed class PrunedAccuracyMeasure(
    LanguageModel model, IReadOnlyList<ModelModule> modules, ImportanceOptions options) : IImportanceMeasure
{
    private readonly List<PrunedSet> _pruned = [];

    public IReadOnlyList<PrunedSet> Pruned => _pruned;

    public double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation)
    {
        var prune = new PruneOptions
        {
            Scheme = options.Scheme, Ratio = options.Ratio, Form = options.Form,
            PrunedLayers = options.Scheme == PruneScheme.Block ? options.Layers : "all",
        };
        return RowByRow.Measure(sets, modules.Count, progress, cancellation, (name, rows) =>
        {
            if (rows.Count <= options.RowsPerDataSet)
                throw new InvalidDataException(
                    $"Data set '{name}' has {rows.Count} rows after those skipped, and {options.RowsPerDataSet} are for calibration, "
                    + "so none is left to measure accuracy on. Lower RowsPerDataSet, or give it more.");
            LabelledQuestion[] calibration = [.. rows.Take(options.RowsPerDataSet)], evaluation = [.. rows.Skip(options.RowsPerDataSet)];
            var parts = PruneChoice.Choose(
                model, WeightGradients.Of(model, calibration, options, options.Form, cancellation), prune);
            using var smaller = parts.ApplyTo(model);
            var (before, after) = (Accuracy(model, evaluation), Accuracy(smaller, evaluation));
            var retained = parts.Retained;
            double[] shares = [.. modules.Select(module => retained[module.Name])];
            var importance = PublishedImportance.Of(before, after, shares, out var flat);
            _pruned.Add(new PrunedSet(name, before, after, shares, flat));
            return importance;
        });
    }

    private double Accuracy(LanguageModel answering, LabelledQuestion[] rows)
    {
        var likelihoods = ChoiceScorer.Score(answering, [.. rows.Select(row => row.Question)], options.BatchTokens);
        return rows.Zip(likelihoods, (row, found) => ChoiceMath.Best(found.LogLikelihoods) == row.Answer ? 1.0 : 0).Average();
    }
}
