using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Pretraining;

/// <summary>Text to batches and batches to a loss, for either objective.</summary>
internal sealed class LanguageObjective
{
    private readonly LanguageModel _model;
    private readonly TransformerModel _module;
    private readonly TrainingOptions _options;
    private readonly MaskingOptions _masking;
    private readonly LayerOwnership? _ownership;
    private readonly LayerGates? _gates;
    private readonly bool _masked;

    /// <param name="model">Gives tokenizer and special tokens.</param>
    /// <param name="module">The module that computes, on the options' device.</param>
    /// <param name="options">Which column, how long sequences, how large batches, which seed.</param>
    /// <param name="objective">What is learnt.</param>
    /// <param name="masking">Which tokens a masked model is to guess.</param>
    /// <param name="ownership">Which groups of rows skip which layers, or null.</param>
    /// <param name="streams">The run's random streams; null = some of the options' seed.</param>
    /// <exception cref="ArgumentException">The objective or the ownership does not suit the model.</exception>
    public LanguageObjective(
        LanguageModel model, TransformerModel module, TrainingOptions options, PretrainObjective objective, MaskingOptions masking,
        LayerOwnership? ownership = null, RandomStreams? streams = null)
    {
        (_model, _module, _options, _masking, _ownership) = (model, module, options, masking, ownership);
        ownership?.Require(module.Config);
        _gates = LayerGates.Of(ownership, streams ?? new RandomStreams(options.Seed));
        _masked = objective == PretrainObjective.MaskedToken || (objective == PretrainObjective.ByModel && !module.Config.Causal);
        if (objective == PretrainObjective.NextToken && !module.Config.Causal)
            throw new ArgumentException(
                $"Objective is NextToken; '{module.Config.Architecture}' sees the next token. Take MaskedToken or ByModel.");
        if (_masked && (options.CompletionColumn is not null || options.TokenColumns is not null))
            throw new ArgumentException(
                "CompletionColumn or TokenColumns is set; a masked model learns from whole texts. Leave both null.");
    }

    /// <summary>Reads text.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="budget">How much of them.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The batches, to be disposed of, and one epoch of them in order.</returns>
    public (IBatchSource Batches, Func<IEnumerable<TokenBatch>> InOrder) Read(
        IDataView data, TextBudget budget, CancellationToken cancellation)
    {
        var config = _module.Config;
        if (_masked)
        {
            var masked = MaskedBatches.Read(
                data, _options, _masking, _model.Tokenizer, _model.Special, config.VocabularySize, config.ContextLength, budget,
                cancellation);
            return (masked, masked.InOrder);
        }
        var packed = TokenBatches.Read(
            data, _options, _model.Tokenizer, _model.Special, config.ContextLength, budget, TokenBatches.TokensInMemory,
            _ownership?.GroupColumn, cancellation);
        return (packed, packed.InOrder);
    }

    /// <summary>The loss summed over a batch's counted tokens; logits are made for those alone.</summary>
    public Tensor Loss(TokenBatch batch)
    {
        var pass = new ForwardOptions { Lengths = batch.Lengths, Features = batch.Features };
        var hidden = _module.Hidden(batch.Tokens, _gates?.Apply(pass, batch, _module.training) ?? pass);
        return Objectives.NextToken(_module, hidden, batch.Targets);
    }

    /// <summary>The mean loss per counted token, without dropout, in nats.</summary>
    /// <param name="batches">The batches; each is disposed of.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public double Validate(IEnumerable<TokenBatch> batches, CancellationToken cancellation)
    {
        var training = _module.training;
        _module.eval();
        try
        {
            return Objectives.Mean(batches, Loss, _module.TokenEmbedding.device, cancellation);
        }
        finally
        {
            _module.train(training);
        }
    }
}
