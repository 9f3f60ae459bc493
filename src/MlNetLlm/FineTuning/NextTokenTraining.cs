using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.FineTuning;

/// <summary>What fine-tuning and pre-training share: rows to token batches, next-token loss, the training loop.</summary>
internal static class NextTokenTraining
{
    /// <param name="model">Gives the tokenizer and identifies the run.</param>
    /// <param name="module">The module that computes, adapters in place, on the options' device.</param>
    /// <param name="parameters">What trains: adapter parameters, or the module's own.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    /// <param name="measure">
    /// Validates instead of the loss on <paramref name="validation"/>: what is to become small; null = the loss.
    /// </param>
    /// <param name="ownership">Which groups of rows skip which layers, or null.</param>
    /// <exception cref="ArgumentException">The model is not causal.</exception>
    public static TrainingResult Run(
        LanguageModel model, TransformerModel module, IEnumerable<(string Name, Parameter Parameter)> parameters, RandomStreams streams,
        IDataView train, IDataView? validation, TrainingOptions options, IProgress<TrainingProgress>? progress,
            CancellationToken cancellation, Func<double>? measure = null, LayerOwnership? ownership = null)
    {
        CausalModel.Require(model, "Training with the next-token loss");
        ownership?.Require(module.Config);
        var gates = LayerGates.Of(ownership, streams);
        using var batches = Read(model, train, options, ownership, cancellation);
        using var held = validation is null ? null : Read(model, validation, options, ownership, cancellation);
        var device = DeviceNames.Of(options.Device);
        module.train();
        var result = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = [new ParameterGroup { Name = "trained", Parameters = [.. parameters] }],
                Batches = batches,
                Loss = Loss,
                Validate = measure is not null ? () => InEvaluation(measure)
                    : held is null ? null : () => InEvaluation(() => Objectives.Mean(held.InOrder(), Loss, device, cancellation)),
                ModelFingerprint = model.Fingerprint,
                Random = streams,
            },
            options, progress, cancellation);
        module.eval();
        return result;

        Tensor Loss(TokenBatch batch)
        {
            var pass = new ForwardOptions { Features = batch.Features };
            var hidden = module.Hidden(batch.Tokens, gates?.Apply(pass, batch, module.training) ?? pass);
            return Objectives.NextToken(module, hidden, batch.Targets);
        }

        double InEvaluation(Func<double> value)
        {
            module.eval();
            try
            {
                return value();
            }
            finally
            {
                module.train();
            }
        }
    }

    private static TokenBatches Read(
        LanguageModel model, IDataView data, TrainingOptions options, LayerOwnership? ownership, CancellationToken cancellation) =>
        TokenBatches.Read(
            data, options, model.Tokenizer, model.Special, model.Config.ContextLength, TextBudget.All, TokenBatches.TokensInMemory,
            ownership?.GroupColumn, cancellation);
}
