using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Importance;

/// <summary><see cref="ImportanceScore.Retention"/>.</summary>
internal sealed class RetentionMeasure(
    LanguageModel model, IReadOnlyList<ModelModule> modules, ImportanceOptions options) : IImportanceMeasure
{
    public double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation)
    {
        var prune = new PruneOptions
        {
            Selection = PruneSelection.Global, Ratio = options.Ratio, Form = options.Form, PrunedLayers = options.Layers,
        };
        return RowByRow.Measure(sets, modules.Count, progress, cancellation, (_, rows) =>
        {
            var gradients = WeightGradients.Of(model, rows, options, options.Form, cancellation);
            var parts = PruneChoice.Choose(model, gradients, prune);
            return [.. modules.Select(module => Retained(module, parts))];
        });
    }

    // A head stays or goes; of a group of hidden units a share stays.
    private static double Retained(ModelModule module, PrunedParts parts)
    {
        if (module.Kind == ModuleKind.Head) return parts.Heads[module.Layer].Contains(module.Index) ? 1 : 0;
        var slice = module.Slices[0];                                                          // its rows are its hidden units
        return (double)parts.Channels[module.Layer].Count(unit => unit >= slice.Start && unit < slice.Start + slice.Length) / slice.Length;
    }
}
