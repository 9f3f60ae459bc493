using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.CommunityTuning;
using MlNetLlm.ConceptMixing;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.Generation;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pretraining;
using MlNetLlm.Pruning;
using MlNetLlm.Probes;
using MlNetLlm.Rewards;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Svf;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Sweeps;

/// <summary>
/// The library's estimators as sweepable ones for ML.NET AutoML: each searches the space of its options record (see
/// <see cref="OptionSpace"/>) and starts at the options given.
/// </summary>
public sealed class SweepCatalog
{
    internal SweepCatalog()
    {
    }

    /// <summary>Any estimator with an options record of its own.</summary>
    /// <typeparam name="TOptions">The record; properties with a Range, Choice or BooleanChoice attribute are swept.</typeparam>
    /// <param name="create">Makes the estimator of given options.</param>
    /// <param name="options">The options to start from; null = the record's defaults.</param>
    public SweepableEstimator Of<TOptions>(Func<TOptions, IEstimator<ITransformer>> create, TOptions? options = null)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return Of((o, _) => create(o), options);
    }

    /// <summary>Any estimator with an options record of its own that can be stopped.</summary>
    /// <typeparam name="TOptions">The record; properties with a Range, Choice or BooleanChoice attribute are swept.</typeparam>
    /// <param name="create">
    /// Makes the estimator of given options. Its token stops a trial: on <paramref name="cancellationToken"/>, and, in an experiment with
    /// <see cref="AutoMLExperimentExtensions.SetLanguageModelMetric"/>, where the experiment stops a running trial.
    /// </param>
    /// <param name="options">The options to start from; null = the record's defaults.</param>
    /// <param name="cancellationToken">Stops a trial.</param>
    public SweepableEstimator Of<TOptions>(
        Func<TOptions, CancellationToken, IEstimator<ITransformer>> create, TOptions? options = null,
        CancellationToken cancellationToken = default)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        var start = options ?? new TOptions();
        return new SweepableEstimator(
            (context, point) => create(OptionSpace.Apply(start, point), TrialStop.Of(context, cancellationToken)), OptionSpace.Of(start));
    }

    /// <summary>Singular value fine-tuning.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator FineTuneSvf(LanguageModel model, SvfOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new SvfEstimator(model, o, progress, stop), options, cancellationToken);

    /// <summary>Low-rank adaptation.</summary>
    /// <inheritdoc cref="FineTuneSvf"/>
    public SweepableEstimator FineTuneLora(LanguageModel model, LoraOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new LoraEstimator(model, o, progress, stop), options, cancellationToken);

    /// <summary>An SVF expert trained by reinforcement.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="reward">The verdict on an answer.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every iteration of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one iteration.</param>
    public SweepableEstimator TrainSvfExpert(LanguageModel model, IReward reward, TrainSvfExpertOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new TrainSvfExpertEstimator(model, reward, o, progress, stop), options, cancellationToken);

    /// <summary>A LoRA adapter trained by reinforcement.</summary>
    /// <inheritdoc cref="TrainSvfExpert"/>
    public SweepableEstimator TrainLoraExpert(LanguageModel model, IReward reward, TrainLoraExpertOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new TrainLoraExpertEstimator(model, reward, o, progress, stop), options, cancellationToken);

    /// <summary>Full fine-tuning.</summary>
    /// <inheritdoc cref="FineTuneSvf"/>
    public SweepableEstimator FineTuneFull(LanguageModel model, FullOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new FullEstimator(model, o, progress, stop), options, cancellationToken);

    /// <summary>Fine-tuning of chosen modules.</summary>
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="options">The options to start from; they name the modules.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator FineTuneCommunity(LanguageModel model, CommunityTuningOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new CommunityTuningEstimator(model, o, progress, stop), options, cancellationToken);

    /// <summary>Structured pruning.</summary>
    /// <param name="model">A causal model; it is not changed.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="cancellationToken">Stops a trial between batches.</param>
    public SweepableEstimator Prune(LanguageModel model, PruneOptions? options = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new PruneEstimator(model, o, stop), options, cancellationToken);

    /// <summary>Pre-training from random weights.</summary>
    /// <param name="config">Shape and kind of the model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator Pretrain(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, PretrainOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new PretrainEstimator(config, tokenizer, special, o, progress, stop), options, cancellationToken);

    /// <summary>Pre-training with concepts, or one of its baselines.</summary>
    /// <param name="config">Shape and kind of the model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="labels">The concepts of the training text; null where none are learnt.</param>
    /// <param name="teacher">For distillation and hidden states; null otherwise.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator PretrainWithConcepts(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, ConceptLabelTrack? labels = null,
        LanguageModel? teacher = null, ConceptPretrainOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Of((o, stop) => new PretrainWithConceptsEstimator(config, tokenizer, special, labels, teacher, o, progress, stop), options,
            cancellationToken);

    /// <summary>Embeddings of another vocabulary under a frozen body.</summary>
    /// <param name="body">The model whose body is used; it is not changed.</param>
    /// <param name="tokenizer">The new tokenizer.</param>
    /// <param name="special">Its special tokens.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator RelearnEmbeddings(
        LanguageModel body, Tokenizer tokenizer, SpecialTokens special, RelearnEmbeddingsOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new RelearnEmbeddingsEstimator(body, tokenizer, special, o, progress, stop), options, cancellationToken);

    /// <summary>A task's head and body under frozen embeddings.</summary>
    /// <remarks>Its loss is that of a classifier, such as MulticlassClassification.Evaluate measures on PredictedLabel.</remarks>
    /// <param name="model">The model; null = the one that an earlier step of the pipeline trains. It is not changed.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within one step.</param>
    public SweepableEstimator AdaptToTask(LanguageModel? model, AdaptToTaskOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new AdaptToTaskEstimator(model, o, progress, stop), options, cancellationToken);

    /// <summary>A linear probe.</summary>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="progress">Told after every step of every trial.</param>
    /// <param name="cancellationToken">Stops a trial within a step.</param>
    public SweepableEstimator LinearProbe(
        LinearProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new ProbeEstimator(o, progress, stop), options, cancellationToken);

    /// <summary>A probe with one or two hidden layers.</summary>
    /// <inheritdoc cref="LinearProbe"/>
    public SweepableEstimator MlpProbe(
        MlpProbeOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Of((o, stop) => new ProbeEstimator(o, progress, stop), options, cancellationToken);

    /// <summary>A sparse autoencoder.</summary>
    /// <inheritdoc cref="LinearProbe"/>
    public SweepableEstimator SparseAutoencoder(
        SparseAutoencoderOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Of((o, stop) => new SparseAutoencoderEstimator(o, progress, stop), options, cancellationToken);

    /// <summary>Continuations under a steered concept.</summary>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="generation">How to continue; null = the defaults.</param>
    public SweepableEstimator Steer(
        ConceptTeacher teacher, SteerConceptOptions? options = null, GenerationOptions? generation = null) =>
        Of(o => new SteerConceptEstimator(teacher, o, generation ?? new GenerationOptions()), options);

    /// <summary>Continuations under a steered concept of a concept model.</summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    /// <param name="generation">How to continue; null = the defaults.</param>
    public SweepableEstimator Steer(LanguageModel model, SteerConceptOptions? options = null, GenerationOptions? generation = null) =>
        Of(o => new SteerConceptEstimator(model, o, generation ?? new GenerationOptions()), options);

    /// <summary>Hidden states as features.</summary>
    /// <param name="model">The model; null = the one that an earlier step of the pipeline trains.</param>
    /// <param name="options">The options to start from; null = the defaults.</param>
    public SweepableEstimator HiddenStates(LanguageModel? model, HiddenStatesOptions? options = null) =>
        Of(o => new HiddenStatesEstimator(model, o), options);

    /// <summary>Answers to multiple-choice questions.</summary>
    /// <inheritdoc cref="HiddenStates"/>
    public SweepableEstimator ScoreChoices(LanguageModel? model, ScoreChoicesOptions? options = null) =>
        Of(o => new ScoreChoicesEstimator(model, o), options);

    /// <summary>Continuations of texts.</summary>
    /// <inheritdoc cref="HiddenStates"/>
    public SweepableEstimator Generate(LanguageModel? model, GenerationOptions? options = null) =>
        Of(o => new GenerateEstimator(model, o), options);
}
