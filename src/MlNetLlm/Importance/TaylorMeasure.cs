using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Importance;

/// <summary><see cref="ImportanceScore.Taylor"/>.</summary>
internal sealed class TaylorMeasure(LanguageModel model, IReadOnlyList<ModelModule> modules, ImportanceOptions options) : IImportanceMeasure
{
    private readonly ExampleGradients _gradients = new(model);

    public double[] Scores(string dataSet, IReadOnlyList<LabelledQuestion> rows, CancellationToken cancellation)
    {
        var scores = new TaylorScores(modules, options.Form, options.Gradients);
        foreach (var batch in CalibrationBatches.Of(model, rows, options))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                scores.Add(_gradients, batch);
            }
        }
        return scores.Result(model.Module.Projections);
    }

    public void Dispose() => _gradients.Dispose();
}
