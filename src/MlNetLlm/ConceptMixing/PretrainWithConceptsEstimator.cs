using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Trains a new model from random weights that predicts concepts in its middle and goes on with them (Tack et al. 2025), or one of the
/// models it is compared with. Runs of one seed see the same windows in the same order and begin with the same shared weights, whatever is
/// inserted.
/// </summary>
/// <remarks>
/// The model is an ordinary <see cref="LanguageModel"/> with an <see cref="Insertion"/>. Neither teacher nor labels are needed to use it.
/// </remarks>
public sealed class PretrainWithConceptsEstimator : IEstimator<ModelTransformer<LanguageModel>>
{
    private readonly TransformerConfig _config;
    private readonly Tokenizer _tokenizer;
    private readonly SpecialTokens _special;
    private readonly ConceptPretrainOptions _options;
    private readonly ConceptLabelTrack? _labels;
    private readonly LanguageModel? _teacher;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Describes the model to train.</summary>
    /// <param name="config">Its shape and kind, without an insertion: that follows from the options.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="labels">The concepts of the training text; null where none are learnt.</param>
    /// <param name="teacher">A frozen model with the same tokenizer; null where none is needed. It is not changed.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">
    /// The configuration or options have faults, or labels or teacher are missing or do not fit; all faults are named.
    /// </exception>
    public PretrainWithConceptsEstimator(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, ConceptLabelTrack? labels, LanguageModel? teacher,
        ConceptPretrainOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _options = options.Validated();
        ConceptPlan.Require(config, _options, labels, teacher);
        _config = ConceptPlan.Config(config, _options, labels, teacher).Validated();
        (_tokenizer, _special, _teacher, _progress, _cancellation) = (tokenizer, special, teacher, progress, cancellationToken);
        _labels = _options.LearnsConcepts ? labels!.First(_options.LabelsPerToken) : null;
    }

    /// <inheritdoc/>
    public ModelTransformer<LanguageModel> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/> by the next
    /// token's loss alone.
    /// </summary>
    /// <exception cref="InvalidOperationException">The labels belong to another text, tokenizer or length of windows.</exception>
    public ModelTransformer<LanguageModel> Fit(IDataView input, IDataView? validation)
    {
        var streams = new RandomStreams(_options.Seed);
        using var generator = new TorchSharp.torch.Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        return HandOver.Into(new TransformerModel(_config, generator, _options.InitialDeviation), module => ConceptTraining.Run(
            new LanguageModel(module, _tokenizer, _special), streams, input, validation, _options, _labels, _teacher, _progress,
            _cancellation));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);
}
