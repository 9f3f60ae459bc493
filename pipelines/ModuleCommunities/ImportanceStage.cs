using MlNetLlm.Communities;
using MlNetLlm.Importance;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Measures the importances of a model's modules for every data set, by the corrected and by the published measure.</summary>
internal sealed class ImportanceStage(NetworkOptions options, IQuestions questions, RunContext context)
{
    /// <summary>All measures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">Its name, for the display.</param>
    /// <param name="seed">Of the choice of calibration questions.</param>
    /// <param name="everyRatio">Whether the published measure and I3 run at all ratios, the former channel-wise too.</param>
    public ImportanceResult Run(SubjectModel model, string name, int seed, bool everyRatio)
    {
        context.Display.Stage($"{name}: importances");
        var taylor = SubjectTraining.Importance(options, seed);
        double[] ratios = everyRatio ? [.. options.Ratios.Append(options.Ratio).Distinct().Order()] : [options.Ratio];
        var (first, second) = (Table(taylor), Table(taylor with { SkipRows = taylor.RowsPerDataSet }));
        return new ImportanceResult(
            MatrixTable.Mean(first, second), first, second, Table(taylor with { Granularity = ModuleGranularity.Units }),
            Table(taylor with { Score = ImportanceScore.MeanAblation, RowsPerDataSet = options.AblationQuestions }),
            [.. ratios.Select(ratio => new RetentionTable(ratio, Table(taylor with
            {
                Score = ImportanceScore.Retention, Granularity = ModuleGranularity.Units, Ratio = ratio,
            })))],
            [.. ratios.SelectMany(ratio => (everyRatio ? Enum.GetValues<PruneScheme>() : [PruneScheme.Block])
                .Select(scheme => Pruned(scheme, ratio)))]);

        MatrixTable Table(ImportanceOptions measure) => model.Importance(questions, measure, context.Cancellation).Table;

        PrunedTable Pruned(PruneScheme scheme, double ratio)
        {
            context.Display.Stage(FormattableString.Invariant($"{name}: pruning {scheme.ToString().ToLowerInvariant()}-wise at {ratio}"));
            var (table, pruned) = model.Importance(questions, new ImportanceOptions
            {
                Score = ImportanceScore.PrunedAccuracy, Scheme = scheme, Ratio = ratio, RowsPerDataSet = options.PruningQuestions,
                EvaluationRows = options.PruningTestQuestions, Gradients = GradientSum.Summed, Seed = seed,
            }, context.Cancellation);
            var found = pruned.ToDictionary(set => set.DataSet, StringComparer.Ordinal);
            var ordered = questions.Sets.Select(set => found[set.Name]).ToList();
            return new PrunedTable(
                scheme, ratio, table with { Values = [.. ordered.Select(set => set.Retained.ToArray())] },
                [.. ordered.Select(set => set.Accuracy)], [.. ordered.Select(set => set.PrunedAccuracy)]);
        }
    }

    /// <summary>The published importance I(d, w).</summary>
    public static NamedMatrix Published(PrunedTable pruned) =>
        ProjectedNetworks.PublishedImportance(pruned.Retained.Named(), pruned.Before, pruned.After, out _);
}
