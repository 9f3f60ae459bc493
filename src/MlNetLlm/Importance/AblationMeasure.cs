using MlNetLlm.Ablation;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.Importance;

/// <summary>
/// <see cref="ImportanceScore.MeanAblation"/>: the mean is over the rows of all data sets measured together, so that a module that only
/// tells data sets apart counts too.
/// </summary>
internal sealed class AblationMeasure(
    LanguageModel model, IReadOnlyList<ModelModule> modules, ImportanceOptions options) : IImportanceMeasure
{
    public double[,] Measure(
        IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> sets, IProgress<ImportanceProgress>? progress,
        CancellationToken cancellation)
    {
        var means = ModuleMeans.Of(
            model, CalibrationBatches.Of(model, [.. sets.SelectMany(set => set.Rows)], options), cancellation);
        List<List<TokenBatch>> batches = [.. sets.Select(set => CalibrationBatches.Of(model, set.Rows, options).ToList())];
        try
        {
            var before = Losses(model.Module);
            var values = new double[sets.Count, modules.Count];
            for (var m = 0; m < modules.Count; m++)
            {
                using var ablated = means.Ablate(model, [modules[m].Name], options.ChannelGroups);
                var after = Losses(ablated.Module);
                for (var d = 0; d < sets.Count; d++) values[d, m] = after[d] - before[d];
                progress?.Report(new ImportanceProgress(modules[m].Name, m + 1, modules.Count));
            }
            return values;
        }
        finally
        {
            foreach (var batch in batches.SelectMany(set => set)) batch.Dispose();
        }

        // Mean over the rows of each data set.
        double[] Losses(TransformerModel module) =>
            [.. sets.Zip(batches, (set, own) => own.Sum(batch => Loss(module, batch)) / set.Rows.Count)];

        // Summed over the rows of a batch, in nats.
        double Loss(TransformerModel module, TokenBatch batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using var quiet = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var there = batch.To(module.TokenEmbedding.device);
            var hidden = module.Hidden(there.Tokens, new ForwardOptions { Lengths = there.Lengths });
            var loss = Objectives.NextToken(module, hidden, there.Targets).ToDouble();
            return double.IsFinite(loss)
                ? loss
                : throw new InvalidOperationException($"The loss of the calibration rows is {loss}: the model's weights are broken.");
        }
    }
}
