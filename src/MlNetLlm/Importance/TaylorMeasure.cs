using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Importance;

/// <summary><see cref="ImportanceScore.Taylor"/>.</summary>
internal sealed class TaylorMeasure(LanguageModel model, IReadOnlyList<ModelModule> modules, ImportanceOptions options) : IImportanceMeasure
{
    public double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation)
    {
        using var gradients = new ExampleGradients(model);
        return RowByRow.Measure(sets, modules.Count, progress, cancellation, (_, rows) =>
        {
            var scores = new TaylorScores(modules, options.Form, options.Gradients);
            foreach (var batch in CalibrationBatches.Of(model, rows, options))
            {
                using (batch)
                {
                    cancellation.ThrowIfCancellationRequested();
                    scores.Add(gradients, batch);
                }
            }
            return scores.Result(model.Module.Projections);
        });
    }
}
