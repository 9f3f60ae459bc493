using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Importance;

/// <summary>The run of <see cref="ModuleImportanceEstimator"/>.</summary>
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
        IImportanceMeasure measure = options.Score switch
        {
            ImportanceScore.MeanAblation => new AblationMeasure(model, modules, options),
            ImportanceScore.Retention => new RetentionMeasure(model, modules, options),
            ImportanceScore.PrunedAccuracy => new PrunedAccuracyMeasure(model, modules, options),
            _ => new TaylorMeasure(model, modules, options),
        };
        var values = measure.Measure(sets, progress, cancellation);
        var matrix = new NamedMatrix([.. sets.Select(set => set.DataSet)], [.. modules.Select(module => module.Name)], values);
        var examples = sets.Select(set => options.RowsPerDataSet == 0 ? set.Rows.Count : Math.Min(set.Rows.Count, options.RowsPerDataSet));
        return new ModuleImportanceTransformer(matrix, modules, [.. examples], measure.Pruned, options);
    }
}
