using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>What a teacher loses when its hidden states are replaced by what the autoencoder gives back.</summary>
/// <param name="Targets">Predictions measured.</param>
/// <param name="Loss">The teacher's mean loss, in nats.</param>
/// <param name="SplicedLoss">The same with the autoencoder in between.</param>
/// <param name="AblatedLoss">The same with every hidden state replaced by their mean.</param>
public sealed record SpliceMetrics(long Targets, double Loss, double SplicedLoss, double AblatedLoss)
{
    /// <summary>
    /// Share of the loss's rise by ablation that the autoencoder saves: 1 = nothing is lost, 0 = no better than the mean. NaN where
    /// ablation costs nothing.
    /// </summary>
    public double Recovered => AblatedLoss > Loss ? (AblatedLoss - SplicedLoss) / (AblatedLoss - Loss) : double.NaN;

    /// <summary>Measures, in two passes over the text.</summary>
    internal static SpliceMetrics Of(
        ConceptTeacher teacher, IDataView data, LabelConceptsOptions options, CancellationToken cancellationToken)
    {
        using var quiet = no_grad();
        using var windows = TeacherWindows.Read(teacher.Model, data, options.Reading(), cancellationToken);
        var (sums, count) = (new double[teacher.Autoencoder.Width], 0L);
        foreach (var batch in windows.Batches(0, windows.Count, options.BatchWindows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var tokens = tensor(batch.Tokens, [batch.Rows, batch.Time], device: teacher.Model.Module.TokenEmbedding.device);
            var states = TeacherPass.Numbers(teacher.Model.Module.Hidden(tokens, new ForwardOptions { Layers = teacher.Layer }));
            for (var i = 0; i < states.Length; i++) sums[i % sums.Length] += states[i];
            count += batch.Tokens.Length;
        }
        using var mean = tensor(sums.Select(sum => (float)(sum / count)).ToArray()).DetachFromDisposeScope();
        var (targets, clean, spliced, ablated) = (0L, 0.0, 0.0, 0.0);
        foreach (var batch in windows.Batches(0, windows.Count, options.BatchWindows).Where(batch => batch.Time > 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            clean += Sum(teacher, batch, state => state);
            spliced += Sum(teacher, batch, state => TeacherPass.Reconstructed(teacher.Autoencoder, state));
            ablated += Sum(teacher, batch, state => mean.to(state.device).to(state.dtype).expand(state.shape).contiguous());
            targets += batch.Rows * (batch.Time - 1L);
        }
        return new(targets, clean / targets, spliced / targets, ablated / targets);
    }

    private static double Sum(ConceptTeacher teacher, WindowBatch batch, Func<Tensor, Tensor> replace) => Sum(
        teacher.Model, batch, new ForwardOptions { Edit = (name, value) => name == teacher.Activation ? replace(value) : value });

    /// <summary>A model's loss summed over a batch's targets, by a pass that may change activations.</summary>
    internal static double Sum(LanguageModel model, WindowBatch batch, ForwardOptions pass)
    {
        using var scope = NewDisposeScope();
        var module = model.Module;
        ReadOnlySpan<long> shape = [batch.Rows, batch.Time];
        var on = module.TokenEmbedding.device;
        var hidden = module.Hidden(tensor(batch.Tokens, shape, device: on), pass);
        return Objectives.NextToken(module, hidden, tensor(batch.Targets, shape, device: on)).ToDouble();
    }
}
