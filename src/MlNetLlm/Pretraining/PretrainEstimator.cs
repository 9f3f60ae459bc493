using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using Microsoft.ML.Tokenizers;
using TorchSharp;

namespace MlNetLlm.Pretraining;

/// <summary>Trains a new model from random weights: the next token or masked ones, embeddings reset from time to time or never.</summary>
public sealed class PretrainEstimator : IEstimator<ModelTransformer<LanguageModel>>
{
    private readonly TransformerConfig _config;
    private readonly Tokenizer _tokenizer;
    private readonly SpecialTokens _special;
    private readonly PretrainOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Describes the model to train.</summary>
    /// <param name="config">Its shape and kind.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">The configuration or options have faults; all are named.</exception>
    public PretrainEstimator(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, PretrainOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        (_config, _tokenizer, _special, _options) = (config.Validated(), tokenizer, special, options.Validated());
        (_progress, _cancellation) = (progress, cancellationToken);
    }

    /// <summary>
    /// Asked after every validation (<see cref="TrainingOptions.EvaluateEvery"/>) with the model as it is then; true ends the training, for
    /// example when an accuracy is reached. The model is the run's own: it is not to be kept or changed.
    /// </summary>
    /// <value>null: all steps are taken, or as many as <see cref="TrainingOptions.Patience"/> allows.</value>
    public Func<LanguageModel, bool>? StopWhen { get; init; }

    /// <inheritdoc/>
    public ModelTransformer<LanguageModel> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="StopWhen"/> is set and nothing is validated.</exception>
    public ModelTransformer<LanguageModel> Fit(IDataView input, IDataView? validation)
    {
        if (StopWhen is not null && (validation is null || _options.EvaluateEvery == 0))
            throw new InvalidOperationException(
                $"StopWhen is asked after validations, and there are none: EvaluateEvery is {_options.EvaluateEvery}, validation rows are "
                + $"{(validation is null ? "missing" : "given")}. Set EvaluateEvery and give validation rows, or leave StopWhen out.");
        var streams = new RandomStreams(_options.Seed);
        using var generator = new torch.Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        return HandOver.Into(new TransformerModel(_config, generator, _options.InitialDeviation), module => PretrainTraining.Run(
            new LanguageModel(module, _tokenizer, _special), streams, input, validation, _options, StopWhen, _progress, _cancellation));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options, _options.Ownership);
}
