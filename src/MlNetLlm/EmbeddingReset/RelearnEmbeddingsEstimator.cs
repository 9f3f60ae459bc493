using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>
/// Learns the token embeddings of a new vocabulary from its text while the body stays frozen: no gradient of a body weight is computed and
/// the optimiser keeps nothing for it (Artetxe et al. 2020, section 3; Chen et al. 2023, language adaptation).
/// </summary>
public sealed class RelearnEmbeddingsEstimator : IEstimator<ModelTransformer<RelearnedEmbeddings>>
{
    private readonly LanguageModel _body;
    private readonly Tokenizer _tokenizer;
    private readonly SpecialTokens _special;
    private readonly int _vocabularySize;
    private readonly RelearnEmbeddingsOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Learns new embeddings.</summary>
    /// <param name="body">The model whose body is used; it is not changed.</param>
    /// <param name="tokenizer">The new tokenizer.</param>
    /// <param name="special">Its special tokens.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options have faults; all are named. Or the kept output bias is of another size.</exception>
    public RelearnEmbeddingsEstimator(
        LanguageModel body, Tokenizer tokenizer, SpecialTokens special, RelearnEmbeddingsOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        (_body, _tokenizer, _special, _options) = (body, tokenizer, special, options.Validated());
        (_progress, _cancellation) = (progress, cancellationToken);
        _vocabularySize = (tokenizer as TextTokenizer)?.VocabularySize ?? body.Config.VocabularySize;
        if (options.OutputBias == OutputBias.Kept && body.Config.HeadBias && _vocabularySize != body.Config.VocabularySize)
            throw new ArgumentException(
                $"OutputBias is Kept; the body's has {body.Config.VocabularySize} numbers, the new vocabulary {_vocabularySize} tokens. "
                + "Take Trained or Zero, or a tokenizer of the same size.");
    }

    /// <inheritdoc/>
    public ModelTransformer<RelearnedEmbeddings> Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Learns from <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public ModelTransformer<RelearnedEmbeddings> Fit(IDataView input, IDataView? validation)
    {
        var streams = new RandomStreams(_options.Seed);
        return HandOver.Into(Start(streams), model => Run(model, streams, input, validation));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => FineTuningSchema.Output(inputSchema, _options);

    private ModelTransformer<RelearnedEmbeddings> Run(LanguageModel model, RandomStreams streams, IDataView input, IDataView? validation)
    {
        var module = model.Module;
        module.to(DeviceNames.Of(_options.Device));
        var objective = new LanguageObjective(model, module, _options, _options.Objective, _options.Masking);
        var (batches, _) = objective.Read(input, new TextBudget(_options.TextTokens, _options.TextShare), _cancellation);
        using var readBatches = (IDisposable)batches;
        var (held, heldRows) = validation is null ? (null, null) : objective.Read(validation, TextBudget.All, _cancellation);
        using var readHeld = (IDisposable?)held;
        var trained = EmbeddingTables.Names(module)
            .Where(name => name != ResetParameters.OutputBias || _options.OutputBias == OutputBias.Trained).ToList();
        var tables = ResetParameters.Split(module, trained).Chosen;
        module.train();                                     // dropout stays on, though the body is frozen
        return HandOver.Into(new KeptTables(_options.KeepUpdates, _options.CheckpointFolder, tables), kept =>
        {
            var training = TrainingLoop.Run(
                new TrainingJob
                {
                    Groups = [new ParameterGroup { Name = "embeddings", Parameters = tables }],
                    Batches = batches,
                    Loss = objective.Loss,
                    Validate = heldRows is null ? null : () => objective.Validate(heldRows(), _cancellation),
                    ModelFingerprint = model.Fingerprint,
                    Random = streams,
                    AfterStep = step => kept.Keep(step.Step),
                },
                _options, _progress, _cancellation);
            module.to(_body.Module.TokenEmbedding.device);
            var relearned = model.WithModule(module);       // frozen, and out of training mode
            return new ModelTransformer<RelearnedEmbeddings>(
                relearned, new RelearnedEmbeddings(relearned, kept.UpTo(training.Steps)), training);
        });
    }

    private LanguageModel Start(RandomStreams streams)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var generator = new Generator((ulong)streams[RandomStreams.Reset].NextSeed());
        var tables = EmbeddingTables.Draw(
            _body.Module, _vocabularySize, _options.StandardDeviation, _options.OutputBias == OutputBias.Kept, _special.Pad, generator);
        return HandOver.Into(
            EmbeddingTables.Join(_body.Module, tables),
            module => new LanguageModel(module, _tokenizer, _special) { Generation = _body.Generation });
    }
}
