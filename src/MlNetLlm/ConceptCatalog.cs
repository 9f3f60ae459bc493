using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>
/// Creates the components of concept mixing (Tack et al., CoCoMix, 2025): sparse autoencoders and what their latents, the concepts, are
/// used for.
/// </summary>
/// <remarks>Remarks name the columns that a step reads and adds by their usual names; options have others.</remarks>
public sealed class ConceptCatalog
{
    internal ConceptCatalog()
    {
    }

    /// <summary>Trains a TopK sparse autoencoder (Gao et al. 2024) on a column of hidden states.</summary>
    /// <remarks>
    /// Reads Features (vector of Single of known size), such as HiddenStates adds. Adds Activations (vector of Single, one a latent, most
    /// of them 0), Latents (vector of Int32, the active ones, the strongest first) and Strengths (vector of Single, theirs).
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.LanguageModels().HiddenStates(model, new HiddenStatesOptions { Layer = 3, Pooling = HiddenStatePooling.Mean })
    ///     .Append(ml.Concepts().TrainSparseAutoencoder(new SparseAutoencoderOptions { Latents = 512, ActiveLatents = 16 }));
    /// </code>
    /// </example>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step; its tokens are hidden states.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public SparseAutoencoderEstimator TrainSparseAutoencoder(
        SparseAutoencoderOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) => new(options ?? new SparseAutoencoderOptions(), progress, cancellationToken);

    /// <summary>Encodes a column of hidden states with an autoencoder that is there already.</summary>
    /// <remarks>
    /// Reads Features (vector of Single as long as the autoencoder is wide). Adds Activations (vector of Single), Latents (vector of Int32)
    /// and Strengths (vector of Single), as after <see cref="TrainSparseAutoencoder"/>.
    /// </remarks>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="columns">Columns; null = the defaults.</param>
    public SparseAutoencoderTransformer Encode(SparseAutoencoder autoencoder, SparseCodeColumns? columns = null) =>
        new(autoencoder, columns ?? new SparseCodeColumns());

    /// <summary>
    /// Labels every token of a text with concepts, once: into a folder, or from it where the labels are there already. A killed run goes on
    /// where it was (Tack et al. 2025, section 3, attribution).
    /// </summary>
    /// <remarks>Reads Text (text) and adds nothing: the labels are in the folder.</remarks>
    /// <example>
    /// <code>
    /// var teacher = new ConceptTeacher(model, autoencoder, layer: 3);
    /// ConceptLabels labels = ml.Concepts().LabelConcepts(teacher, text, "labels");
    /// LanguageModel student = ml.Concepts().PretrainWithConcepts(config, model.Tokenizer, model.Special, labels).Fit(text).Model;
    /// </code>
    /// </example>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="data">The text.</param>
    /// <param name="folder">The folder to make or to open.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every batch; its steps are windows.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named. Or there are too many concepts.</exception>
    /// <exception cref="InvalidOperationException">The folder holds labels of something else.</exception>
    public ConceptLabels LabelConcepts(
        ConceptTeacher teacher, IDataView data, string folder, LabelConceptsOptions? options = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ConceptLabelling.Run(
            teacher, data, (options ?? new LabelConceptsOptions()).Validated(), folder, progress, cancellationToken);

    /// <summary>
    /// Trains a new model that predicts concepts in its middle and goes on with them, or one of the models it is compared with
    /// (<see cref="ConceptPretrainOptions"/>; Tack et al. 2025).
    /// </summary>
    /// <remarks>
    /// Reads Text (text; the text that was labelled, in its order). Adds LanguageModel (text, the new model's fingerprint), through which
    /// later steps of the pipeline find the model. See <see cref="LabelConcepts"/> for an example.
    /// </remarks>
    /// <param name="config">Shape and kind of the model, without an insertion.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="labels">The concepts of the training text, or a control made of them; null where none are learnt.</param>
    /// <param name="teacher">For distillation and hidden states: a model with the same tokenizer; null otherwise.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public PretrainWithConceptsEstimator PretrainWithConcepts(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, ConceptLabelTrack? labels = null,
        LanguageModel? teacher = null, ConceptPretrainOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(config, tokenizer, special, labels, teacher, options ?? new ConceptPretrainOptions(), progress, cancellationToken);

    /// <summary>
    /// Trains a new model that predicts concepts and goes on with them, with the kind of labels that the options name (Tack et al. 2025).
    /// </summary>
    /// <remarks>
    /// Reads Text (text; the text that was labelled, in its order). Adds LanguageModel (text, the new model's fingerprint), through which
    /// later steps of the pipeline find the model. See <see cref="LabelConcepts"/> for an example.
    /// </remarks>
    /// <param name="config">Shape and kind of the model, without an insertion.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="special">The tokenizer's special tokens.</param>
    /// <param name="labels">The labels of the training text, of several kinds.</param>
    /// <param name="teacher">For distillation and hidden states: a model with the same tokenizer; null otherwise.</param>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public PretrainWithConceptsEstimator PretrainWithConcepts(
        TransformerConfig config, Tokenizer tokenizer, SpecialTokens special, ConceptLabels labels, LanguageModel? teacher = null,
        ConceptPretrainOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(labels);
        options ??= new ConceptPretrainOptions();
        return new(config, tokenizer, special, labels[options.Labels], teacher, options, progress, cancellationToken);
    }

    /// <summary>Measures what a teacher loses when its hidden states pass through the autoencoder.</summary>
    /// <remarks>Reads Text (text); adds nothing.</remarks>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="data">The text, read once.</param>
    /// <param name="options">Column and windows; null = the defaults.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public SpliceMetrics Splice(
        ConceptTeacher teacher, IDataView data, LabelConceptsOptions? options = null, CancellationToken cancellationToken = default) =>
        SpliceMetrics.Of(teacher, data, (options ?? new LabelConceptsOptions()).Validated(), cancellationToken);

    /// <summary>
    /// The concepts of a text as rows, one for each concept active at each token: Position (Int32, from 0), Token (text), Concept (Int32),
    /// Strength (Single) and Attribution (Single: how much it raises the loss; NaN at the last token, which predicts nothing).
    /// </summary>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="text">The text.</param>
    /// <param name="gradient">Which predictions a concept is held responsible for.</param>
    public IDataView ConceptsOf(
        ConceptTeacher teacher, string text, ConceptGradient gradient = ConceptGradient.NextToken) =>
        ConceptTable.Of(teacher, text, gradient);

    /// <summary>
    /// The concepts that a concept model chooses in a text as rows, K for each token: Position (Int32, from 0), Token (text), Concept
    /// (Int32) and Strength (Single: its logit).
    /// </summary>
    /// <param name="model">A model that predicts concepts.</param>
    /// <param name="text">The text.</param>
    public IDataView ConceptsOf(LanguageModel model, string text) => ConceptTable.Of(model, text);

    /// <summary>How often and how strongly each concept is active in a text, and where most.</summary>
    /// <remarks>Reads Text (text); adds nothing.</remarks>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="data">The text, read once.</param>
    /// <param name="options">Column and windows; null = the defaults.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ConceptStatistics Statistics(
        ConceptTeacher teacher, IDataView data, LabelConceptsOptions? options = null, CancellationToken cancellationToken = default) =>
        ConceptStatistics.Of(teacher, data, (options ?? new LabelConceptsOptions()).Validated(), cancellationToken);

    /// <summary>How often and with what logit a concept model chooses each concept in a text, and where most.</summary>
    /// <remarks>Reads Text (text); adds nothing.</remarks>
    /// <param name="model">A model that predicts concepts.</param>
    /// <param name="data">The text, read once.</param>
    /// <param name="options">Column and windows; null = the defaults.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    public ConceptStatistics Statistics(
        LanguageModel model, IDataView data, LabelConceptsOptions? options = null, CancellationToken cancellationToken = default) =>
        ConceptStatistics.Of(model, data, (options ?? new LabelConceptsOptions()).Validated(), cancellationToken);

    /// <summary>Continues texts while one concept is held at a strength of our choice (Tack et al. 2025, steering).</summary>
    /// <remarks>
    /// Reads Text (text). Adds Generated (text, the continuation alone) and CutTokens (Int32, tokens of a too long text's start that the
    /// model was not shown).
    /// </remarks>
    /// <example>
    /// <code>
    /// var steered = ml.Concepts().Steer(teacher, new SteerConceptOptions { Concept = 17, Strength = 4, MeanStrength = 1 }).Fit(prompts);
    /// </code>
    /// </example>
    /// <param name="teacher">Model, autoencoder and layer.</param>
    /// <param name="options">Which concept, and how strongly.</param>
    /// <param name="generation">How to continue, and which columns; null = the defaults.</param>
    public SteerConceptEstimator Steer(
        ConceptTeacher teacher, SteerConceptOptions options, GenerationOptions? generation = null) =>
        new(teacher, options, generation ?? new GenerationOptions());

    /// <summary>Continues texts while one concept of a concept model is held at a strength of our choice (Tack et al. 2025).</summary>
    /// <remarks>
    /// Reads Text (text). Adds Generated (text, the continuation alone) and CutTokens (Int32, tokens of a too long text's start that the
    /// model was not shown). See the other overload for an example.
    /// </remarks>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="options">Which concept, and how strongly; its strength is a logit.</param>
    /// <param name="generation">How to continue, and which columns; null = the defaults.</param>
    public SteerConceptEstimator Steer(
        LanguageModel model, SteerConceptOptions options, GenerationOptions? generation = null) =>
        new(model, options, generation ?? new GenerationOptions());

    /// <summary>Measures how well an autoencoder gives a column of hidden states back.</summary>
    /// <remarks>Reads Features (vector of Single as long as the autoencoder is wide); adds nothing.</remarks>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="data">The rows, read once.</param>
    /// <param name="featuresColumn">The column.</param>
    /// <param name="cancellationToken">Stops within some rows.</param>
    public SparseAutoencoderMetrics Evaluate(
        SparseAutoencoder autoencoder, IDataView data, string featuresColumn = "Features", CancellationToken cancellationToken = default) =>
        SparseAutoencoderMetrics.Of(autoencoder, data, featuresColumn, cancellationToken);
}
