using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Importance;

/// <summary>The run of <see cref="ModuleImportanceEstimator"/>: data set after data set, one row of the matrix each.</summary>
internal static class ImportanceRun
{
    public static ModuleImportanceTransformer Run(
        LanguageModel model, IDataView data, ImportanceOptions options, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation)
    {
        var layers = LayerSelection.Resolve(options.Layers, model.Config.Layers);
        ModelModule[] modules =
            [.. ModelModules.Of(model.Config, options.Granularity, options.ChannelGroups).Where(module => layers.Contains(module.Layer))];
        var evaluated = options.Score == ImportanceScore.PrunedAccuracy ? options.EvaluationRows : 0;
        var take = options.RowsPerDataSet == 0 ? 0 : options.RowsPerDataSet + evaluated;
        var sets = new CalibrationReader(options).Read(data, options.SkipRows, take, cancellation);
        var (values, pruned) = (new double[sets.Count, modules.Length], new List<PrunedSet>());
        using IImportanceMeasure measure = options.Score switch
        {
            _ => new TaylorMeasure(model, modules, options),
        };
        for (var d = 0; d < sets.Count; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = measure.Scores(sets[d].DataSet, sets[d].Rows, cancellation);
            for (var m = 0; m < modules.Length; m++) values[d, m] = scores[m];
            progress?.Report(new ImportanceProgress(sets[d].DataSet, d + 1, sets.Count));
        }
        var matrix = new NamedMatrix([.. sets.Select(set => set.DataSet)], [.. modules.Select(module => module.Name)], values);
        return new ModuleImportanceTransformer(
            matrix, modules, [.. sets.Select(set => Math.Max(0, set.Rows.Count - evaluated))], pruned, options);
    }
}
